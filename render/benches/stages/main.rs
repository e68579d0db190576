//! Micro-benchmarks of every stage of a render, on one thread each.
//!
//! `cargo bench --bench stages [-- FILTER]`. Inputs come from the project's own generator, so anyone's numbers are
//! about the same work. The encoder is left out: the `canonical` benchmark measures it.

mod inputs;
mod pictures;
mod sound;
mod stills;

fn main() {
    divan::main();
}
