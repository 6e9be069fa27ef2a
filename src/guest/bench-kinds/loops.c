#include "kinds.h"

#define SIZE 24
#define LENGTH 512

static uint32_t a[SIZE][SIZE], b[SIZE][SIZE], product[SIZE][SIZE];
static uint8_t text[LENGTH];
static struct node {
  struct node *next;
  uint32_t value;
} nodes[LENGTH];

static uint32_t crc(uint32_t crc)
{
  for (uint32_t i = 0; i < LENGTH; i++) {
    crc ^= text[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
  }
  return crc;
}

static uint32_t matrix(void)
{
  uint32_t sum = 0;

  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) {
      uint32_t cell = 0;
      for (int k = 0; k < SIZE; k++)
        cell += a[i][k] * b[k][j];
      product[i][j] = cell;
      sum ^= cell;
    }
  return sum;
}

static struct node *reverse(struct node *list)
{
  struct node *reversed = 0;

  while (list) {
    struct node *next = list->next;
    list->next = reversed;
    reversed = list;
    list = next;
  }
  return reversed;
}

uint32_t loops_work(uint32_t n)
{
  struct node *list;

  for (uint32_t i = 0; i < LENGTH; i++) {
    text[i] = (uint8_t)(i * 7 + n);
    nodes[i].value = i ^ n;
    nodes[i].next = i + 1 < LENGTH ? &nodes[i + 1] : 0;
  }
  for (uint32_t i = 0; i < SIZE * SIZE; i++) {
    a[i / SIZE][i % SIZE] = i + n;
    b[i / SIZE][i % SIZE] = i ^ n;
  }
  list = reverse(nodes);
  for (int i = 0; i < 20; i++)
    list = reverse(list);
  return crc(n) ^ matrix() ^ list->value;
}
