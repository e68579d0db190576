//! How much memory a render took.

/// Most memory this process ever had resident, in bytes; 0 where the system does not tell. In a sandbox `/proc` is closed: what
/// is told there counts what the process was started from as well, for as long as that was larger (getrusage(2), `ru_maxrss`).
pub fn peak_memory_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_else(largest_kib) * 1024
}

fn largest_kib() -> u64 {
    // SAFETY: plain numbers, for which zeros are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: writes no more than the structure that it is given, which lives until after the call.
    let told = unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) } == 0;
    u64::try_from(usage.ru_maxrss)
        .ok()
        .filter(|_| told)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_tell_of_megabytes() {
        let held = vec![1_u8; 32 << 20];
        assert_eq!(
            held.iter()
                .step_by(4096)
                .map(|byte| u64::from(*byte))
                .sum::<u64>(),
            8192
        );
        for bytes in [peak_memory_bytes(), largest_kib() * 1024] {
            assert!(bytes > 32 << 20, "{bytes}");
        }
    }
}
