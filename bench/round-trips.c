/*
 * A client of the remote protocol that costs next to nothing: it sends packets in turn, each as soon as the one before is answered, and looks for
 * the answer again and again instead of sleeping. What it measures is the stub.
 *
 *   round-trips PORT WARM-UP SECONDS PACKET...
 *
 * A packet that begins with "@" is sent once before, one with "%" once behind. Prints how often a second the others went round.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int stub;

static void fail(const char *what)
{
  fprintf(stderr, "round-trips: %s: %s\n", what, errno ? strerror(errno) : "no answer");
  exit(1);
}

static double now(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void say(const char *text, size_t length)
{
  if (write(stub, text, length) != (ssize_t)length)
    fail("write");
}

/* Reads up to the end of a packet; returns the first character of its payload. Nothing is looked at twice: it would be the client that is measured. */
static char packet(void)
{
  static char kept[1 << 18];
  static size_t length;
  size_t seen = 0;
  char *start = 0, *end = 0;

  for (;;) {
    if (!start)
      start = memchr(kept + seen, '$', length - seen);
    if (start && !end)
      end = memchr(seen > (size_t)(start - kept) ? kept + seen : start, '#', length - (seen > (size_t)(start - kept) ? seen : start - kept));
    seen = length;
    if (end && end + 2 < kept + length) {
      char first = start[1] == 'O' && start[2] == 'K' ? 'K' : start[1];
      length -= end + 3 - kept;
      memmove(kept, end + 3, length);
      return first;
    }
    ssize_t got;
    while ((got = recv(stub, kept + length, sizeof kept - length, MSG_DONTWAIT)) < 0 && errno == EAGAIN)
      ;
    if (got <= 0)
      fail("recv");
    length += got;
  }
}

static void ask(const char *payload)
{
  char framed[256];
  unsigned char sum = 0;

  for (const char *c = payload; *c; c++)
    sum += *c;
  say(framed, snprintf(framed, sizeof framed, "$%s#%02x", payload, sum));
  /* Text for the user is no answer. */
  char first;
  do
    first = packet();
  while (first == 'O');
  if (first == 'E') {
    fprintf(stderr, "round-trips: %s: an error\n", payload);
    exit(1);
  }
}

int main(int count, char **words)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
  int yes = 1;

  if (count < 5)
    return 2;
  address.sin_port = htons(atoi(words[1]));
  stub = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(stub, (struct sockaddr *)&address, sizeof address))
    fail("connect");
  setsockopt(stub, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  ask("qSupported:swbreak+");
  say("+", 1);
  ask("QStartNoAckMode");
  say("+", 1);
  for (int n = 4; n < count; n++)
    if (*words[n] == '@')
      ask(words[n] + 1);

  double begun = now();
  double warm = begun + atof(words[2]);
  double end = warm + atof(words[3]);
  long rounds = 0;
  for (double t = begun; t < end; t = now()) {
    if (begun < warm && t >= warm) {
      begun = warm = t;
      rounds = 0;
    }
    for (int n = 4; n < count; n++)
      if (*words[n] != '@' && *words[n] != '%')
        ask(words[n]);
    rounds++;
  }
  printf("%.2f\n", rounds / (now() - begun));

  for (int n = 4; n < count; n++)
    if (*words[n] == '%')
      ask(words[n] + 1);
  return 0;
}
