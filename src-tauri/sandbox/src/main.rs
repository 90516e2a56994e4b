//! The process in which model-written code runs, behind WebAssembly's walls.

fn main() {}
