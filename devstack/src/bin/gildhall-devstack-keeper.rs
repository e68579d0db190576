//! The keeper process of a stack; the library starts it. See `gildhall_devstack::keeper`.

use std::io;

fn main() -> io::Result<()> {
    gildhall_devstack::keeper::run(io::stdin().lock(), io::stdout().lock())
}
