"""The live view measured: CPU a delivered frame, age, memory, next to the field's patterns."""
