"""Three versions of a file become one."""
