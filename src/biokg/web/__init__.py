"""The Flask application: one blueprint per noun, templates and assets."""
