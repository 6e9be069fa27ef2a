/* The program of part3, under another scheduler. */
#include "part3.c"
