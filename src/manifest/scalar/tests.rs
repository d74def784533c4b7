//! The golden table of readings.
