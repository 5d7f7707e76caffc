"""Mail as the bytes that travel (RFC 5322, 2045 to 2047, 6532).

`as_bytes` builds one email; `ByteTemplate` builds it once for many readers.
"""
