/* Doubly linked lists of nodes that lie inside what they link. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct Chain_Node {
  struct Chain_Node *next, *previous;
} Chain_Node;

/* A ring through the control itself: first and last are its neighbours, and no operation has a special case. */
typedef Chain_Node Chain_Control;

#define CONTAINER_OF(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

static inline void _Chain_Initialize(Chain_Control *chain)
{
  chain->next = chain->previous = chain;
}

static inline bool _Chain_Is_empty(const Chain_Control *chain)
{
  return chain->next == chain;
}

static inline void _Chain_Insert_before(Chain_Node *place, Chain_Node *node)
{
  node->next = place;
  node->previous = place->previous;
  place->previous->next = node;
  place->previous = node;
}

static inline void _Chain_Append(Chain_Control *chain, Chain_Node *node)
{
  _Chain_Insert_before(chain, node);
}

static inline void _Chain_Prepend(Chain_Control *chain, Chain_Node *node)
{
  _Chain_Insert_before(chain->next, node);
}

static inline void _Chain_Extract(Chain_Node *node)
{
  node->next->previous = node->previous;
  node->previous->next = node->next;
  node->next = node->previous = node;
}
