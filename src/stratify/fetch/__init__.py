"""Do we have exactly the bytes we expect? Obtain the files of a source and verify each against its digest."""
