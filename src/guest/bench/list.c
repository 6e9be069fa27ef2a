/* A linked list that is searched, reversed and merge-sorted: dependent loads and unpredictable branches. */
#include "bench.h"

#define NODES 256

struct node {
  struct node *next;
  uint16_t key;
  uint16_t payload;
};

static struct node nodes[NODES];

static struct node *build(uint32_t n)
{
  uint32_t random = n * 2654435761u + 12345;

  for (int i = 0; i < NODES; i++) {
    random = random * 1664525 + 1013904223;
    nodes[i] = (struct node){i + 1 < NODES ? &nodes[i + 1] : 0, (uint16_t)(random >> 16), (uint16_t)i};
  }
  return &nodes[0];
}

static struct node *reverse(struct node *list)
{
  struct node *done = 0;

  while (list != 0) {
    struct node *rest = list->next;

    list->next = done;
    done = list;
    list = rest;
  }
  return done;
}

static struct node *merge(struct node *a, struct node *b)
{
  struct node *head = 0, **end = &head;

  while (a != 0 && b != 0) {
    struct node **smaller = a->key <= b->key ? &a : &b;

    *end = *smaller;
    *smaller = (*smaller)->next;
    end = &(*end)->next;
  }
  *end = a != 0 ? a : b;
  return head;
}

static struct node *sort(struct node *list, int length)
{
  if (length < 2)
    return list;

  struct node *last = list;
  for (int i = 1; i < length / 2; i++)
    last = last->next;
  struct node *second = last->next;
  last->next = 0;
  return merge(sort(list, length / 2), sort(second, length - length / 2));
}

static uint32_t find(const struct node *list, uint16_t key)
{
  uint32_t steps = 0;

  for (; list != 0 && list->key < key; list = list->next)
    steps++;
  return steps;
}

uint32_t list_work(uint32_t n)
{
  struct node *list = sort(reverse(build(n)), NODES);
  uint32_t sum = 0;

  for (uint32_t key = 0; key < 0x10000; key += 0x800)
    sum = sum * 31 + find(list, (uint16_t)(key ^ n));
  for (; list != 0; list = list->next)
    sum = sum * 33 + list->payload;
  return sum;
}
