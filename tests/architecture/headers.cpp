// Nothing but the owner of the tests' precompiled headers.
