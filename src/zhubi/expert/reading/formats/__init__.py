"""One parser a format, run in the child process only: bytes in, pages out, or a ``RefusalError`` that says why not."""
