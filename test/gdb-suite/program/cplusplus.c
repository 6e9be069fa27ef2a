/* What g++ expects of its library: operators new and delete by their mangled names, and destructors of objects that live to the end. */
#include <stdlib.h>

void *__dso_handle;

void *_Znwj(size_t size) { return malloc(size); }
void *_Znaj(size_t size) { return malloc(size); }
void _ZdlPv(void *object) { free(object); }
void _ZdaPv(void *object) { free(object); }
void _ZdlPvj(void *object, size_t size) { free(object); }
void _ZdaPvj(void *object, size_t size) { free(object); }

/* Nothing is left to be told when the program ends. */
int __cxa_atexit(void (*destructor)(void *), void *object, void *library) { return 0; }
void __cxa_pure_virtual(void) { abort(); }
