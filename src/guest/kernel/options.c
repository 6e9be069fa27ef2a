#include "options.h"
#include "string.h"

struct pok_options pok_options;

static const struct {
  const char *name;
  uint32_t length;
  uint32_t *value;
} known[] = {
    {"frames=", 7, &pok_options.frames},
    {"lap=", 4, &pok_options.lap},
    {"iters=", 6, &pok_options.iters},
};

static void parse_word(const char *word, uint32_t length)
{
  for (uint32_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (length <= known[i].length || memcmp(word, known[i].name, known[i].length) != 0)
      continue;

    uint32_t value = 0;
    for (uint32_t n = known[i].length; n < length && word[n] >= '0' && word[n] <= '9'; n++)
      value = value * 10 + (uint32_t)(word[n] - '0');
    *known[i].value = value;
  }
}

void pok_options_parse(const char *line)
{
  while (*line != '\0') {
    uint32_t length = 0;

    while (line[length] != '\0' && line[length] != ' ')
      length++;
    parse_word(line, length);
    line += length;
    while (*line == ' ')
      line++;
  }
}
