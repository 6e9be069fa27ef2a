#include "vga.h"
#include "cpu.h"
#include "string.h"

#define COLUMNS 80
#define ROWS 25
#define LIGHT_GREY 0x0700
#define CRTC_INDEX 0x3d4
#define CRTC_DATA 0x3d5
#define CRTC_CURSOR_HIGH 0x0e
#define CRTC_CURSOR_LOW 0x0f

static uint16_t (*const screen)[COLUMNS] = (uint16_t (*)[COLUMNS])0xb8000;
static uint32_t row, column;

static void clear_row(uint32_t r)
{
  for (uint32_t c = 0; c < COLUMNS; c++)
    screen[r][c] = LIGHT_GREY | ' ';
}

static void move_cursor(void)
{
  uint32_t position = row * COLUMNS + column;

  outb(CRTC_INDEX, CRTC_CURSOR_HIGH);
  outb(CRTC_DATA, (uint8_t)(position >> 8));
  outb(CRTC_INDEX, CRTC_CURSOR_LOW);
  outb(CRTC_DATA, position & 0xff);
}

void pok_vga_init(void)
{
  for (uint32_t r = 0; r < ROWS; r++)
    clear_row(r);
  move_cursor();
}

static void new_line(void)
{
  column = 0;
  if (++row < ROWS)
    return;
  row = ROWS - 1;
  memmove(screen[0], screen[1], sizeof screen[0] * (ROWS - 1));
  clear_row(row);
}

void pok_vga_put(char c)
{
  if (c == '\n') {
    new_line();
    move_cursor(); /* once a line is enough: ports are slow */
    return;
  }
  if (column == COLUMNS)
    new_line();
  screen[row][column++] = LIGHT_GREY | (uint8_t)c;
}
