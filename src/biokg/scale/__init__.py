"""Synthetic worlds and benchmarks."""
