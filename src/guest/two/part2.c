/* Partition 2 has data worth looking at, a recursion, and a second thread. */
#include "libpok.h"

struct vector {
  int x, y, z;
};

struct track {
  uint32_t id;
  struct vector position, velocity;
  int history[4]; /* the last heights, newest first */
  const char *label;
};

struct track track = {
    .id = 7,
    .position = {100, -20, 3},
    .velocity = {3, -1, 1},
    .history = {3, 2, 1, 0},
    .label = "intruder",
};

const char *message = "two threads, one partition";
uint32_t laps;         /* changed by the main thread */
uint32_t heartbeats;   /* changed by the other one */
uint64_t kernel_time;  /* written by the kernel: GETTICK */
uint32_t worker_id;

/* 1 + 2 + ... + depth, the long way. */
__attribute__((noinline)) int descend(int depth)
{
  if (depth == 0)
    return 0;

  int below = descend(depth - 1);
  return below + depth;
}

__attribute__((noinline)) static int square(int n)
{
  return n * n;
}

__attribute__((noinline)) int speed_of(const struct track *t)
{
  int sum = square(t->velocity.x) + square(t->velocity.y) + square(t->velocity.z);
  int root = 0;

  while (square(root + 1) <= sum)
    root++;
  return root;
}

/* Called once per activation; the kernel and part1 have functions of theirs at this very address. */
__attribute__((section(".shared"), noinline)) void update_track(struct track *t)
{
  for (int i = 3; i > 0; i--)
    t->history[i] = t->history[i - 1];
  t->position.x += t->velocity.x;
  t->position.y += t->velocity.y;
  t->position.z += t->velocity.z;
  t->history[0] = t->position.z;
  if (t->position.z >= 10 || t->position.z <= 0)
    t->velocity.z = -t->velocity.z;
}

__attribute__((noinline)) static void read_clock(void)
{
  pok_time_gettick(&kernel_time);
}

static void beat(void)
{
  heartbeats++;
}

/* Silent, or the order of lines would depend on when its turn comes. */
static void worker(void)
{
  for (;;) {
    beat();
    pok_thread_sleep(50);
  }
}

__attribute__((noinline)) static void report(const struct track *t, int depth, int sum)
{
  int speed = speed_of(t);

  pok_printf("part2: lap %u %s at (%d, %d, %d) speed %d, descend(%d) = %d\n", laps, t->label, t->position.x, t->position.y,
             t->position.z, speed, depth, sum);
}

int main(void)
{
  const pok_thread_attr_t attr = {.priority = 50};

  pok_thread_create(&worker_id, &attr, worker);
  for (;;) {
    pok_thread_period();
    laps++;
    update_track(&track);
    read_clock();
    int sum = descend(5);
    report(&track, 5, sum);
  }
}
