"""Front matter as it really is: fences, formats, fields, dates, and salvage of broken heads."""
