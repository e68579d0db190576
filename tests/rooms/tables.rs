//! The map that the sources are held against: who may know whom. A new room needs a line here, which is the moment to
//! think about its arrows. ARCHITECTURE.md gives the reasons.

/// What a room may name of its own crate.
pub enum Knows {
    /// It wires the others together.
    Everything,
    /// These rooms, or parts of them (`audio::edit`), and itself.
    Only(&'static [&'static str]),
}

use Knows::{Everything, Only};

/// A crate's folder and its rooms: the first-level modules of its `src/`. `lib.rs` and `main.rs` are no rooms.
pub struct House {
    /// `src` folder, from the root of the repository.
    pub src: &'static str,
    /// Each room with what it may know.
    pub rooms: &'static [(&'static str, Knows)],
}

/// The fleet and the renderer. (`proto` and `samples` are small enough to have no inner walls.)
pub const HOUSES: [House; 2] = [
    House {
        src: "src",
        rooms: &[
            ("app", Everything),
            ("cli", Everything),
            ("config", Only(&[])),
            ("telemetry", Only(&["config"])),
            ("ledger", Only(&["config", "telemetry"])),
            ("broker", Only(&["config", "telemetry"])),
            ("objects", Only(&["config", "telemetry"])),
            ("breaker", Only(&["telemetry"])),
            ("scan", Only(&["config", "telemetry", "breaker"])),
            (
                "quarantine",
                Only(&["telemetry", "ledger", "objects", "scan"]),
            ),
            (
                "janitor",
                Only(&["config", "telemetry", "ledger", "objects"]),
            ),
            ("child", Only(&["telemetry"])),
            ("inspect", Only(&["child", "telemetry"])),
            (
                "api",
                Only(&[
                    "config",
                    "telemetry",
                    "ledger",
                    "objects",
                    "inspect",
                    "scan",
                ]),
            ),
            (
                "courier",
                Only(&["config", "telemetry", "ledger", "broker"]),
            ),
            (
                "relay",
                Only(&["config", "telemetry", "ledger", "broker", "courier"]),
            ),
            (
                "worker",
                Only(&[
                    "config",
                    "telemetry",
                    "ledger",
                    "broker",
                    "courier",
                    "objects",
                    "child",
                    "breaker",
                ]),
            ),
        ],
    },
    House {
        src: "render/src",
        rooms: &[
            ("describe", Only(&[])),
            ("warning", Only(&[])),
            ("beats", Only(&[])),
            ("text", Only(&[])),
            ("photo", Only(&[])),
            ("assets", Only(&[])),
            ("media", Only(&[])),
            ("audio", Only(&["media"])),
            (
                "plan",
                Only(&[
                    "audio::AudioEdit",
                    "audio::MIN_LOOP_SAMPLES",
                    "compose::Canvas",
                    "warning",
                ]),
            ),
            ("compose", Only(&[])),
            ("atmosphere", Only(&["compose", "media", "plan"])),
            (
                "encode",
                Only(&[
                    "audio",
                    "compose::planes",
                    "compose::stills",
                    "describe",
                    "media",
                    "plan",
                    "warning",
                ]),
            ),
            ("defaults", Only(&["media"])),
            ("measure", Only(&["audio", "media", "photo"])),
            ("doctor", Everything),
            ("job", Everything),
        ],
    },
];

/// Paths that only some places may name, tests aside. A path covers what lies below it.
pub struct Reserved {
    /// The guarded path, as sources write it.
    pub path: &'static str,
    /// Where the rule holds: folders from the root of the repository.
    pub inside: &'static [&'static str],
    /// The files and folders in there that may name it.
    pub except: &'static [&'static str],
    /// Shown when the rule is broken.
    pub why: &'static str,
}

/// Every folder of sources, from the root of the repository.
pub const SOURCES: [&str; 8] = [
    "src",
    "demo/src",
    "devstack/src",
    "render/src",
    "proto/src",
    "resize/src",
    "samples/src",
    "sandbox/src",
];

const ALL: &[&str] = &SOURCES;
const PLAN: &[&str] = &["render/src/plan", "render/src/plan.rs"];
const PURE: &str = "the plan is a pure function of its input";
const FLEET: &[&str] = &["src"];
const INSIDE: &str = "what tenants sent is parsed inside the sandbox alone";

/// Who may touch what lies outside: libraries, the file system, the process.
pub const RESERVED: [Reserved; 22] = [
    Reserved {
        path: "ffmpeg_next",
        inside: ALL,
        except: &[
            "render/src/media",
            "render/src/audio",
            "render/src/encode",
            "render/src/photo",
        ],
        why: "FFmpeg stays behind four rooms",
    },
    Reserved {
        path: "aubio_rs",
        inside: ALL,
        except: &["render/src/beats"],
        why: "aubio stays behind one room",
    },
    Reserved {
        path: "rusttype",
        inside: ALL,
        except: &["render/src/text"],
        why: "rusttype is unmaintained",
    },
    Reserved {
        path: "sqlx",
        inside: ALL,
        except: &["src/ledger"],
        why: "the ledger holds all SQL",
    },
    Reserved {
        path: "lapin",
        inside: ALL,
        except: &["src/broker"],
        why: "the broker room holds all AMQP",
    },
    Reserved {
        path: "aws_sdk_s3",
        inside: ALL,
        except: &["src/objects"],
        why: "the objects room holds all S3",
    },
    Reserved {
        path: "clamav_client",
        inside: ALL,
        except: &["src/scan"],
        why: "the scan room holds all that is said to clamd",
    },
    Reserved {
        path: "gildhall_sandbox",
        inside: FLEET,
        except: &[
            "src/app/sandbox.rs",
            "src/child/program.rs",
            "src/cli",
            "src/config/sandbox.rs",
        ],
        why: "processes close their sandboxes themselves, first of all",
    },
    Reserved {
        path: "gildhall_render::photo",
        inside: FLEET,
        except: &["src/inspect/content.rs"],
        why: INSIDE,
    },
    Reserved {
        path: "gildhall_render::media",
        inside: FLEET,
        except: &[],
        why: INSIDE,
    },
    Reserved {
        path: "gildhall_render::audio",
        inside: FLEET,
        except: &[],
        why: INSIDE,
    },
    Reserved {
        path: "gildhall_render::measure",
        inside: FLEET,
        except: &["src/cli/inspect.rs"],
        why: INSIDE,
    },
    Reserved {
        path: "gildhall_render::job",
        inside: FLEET,
        except: &["src/cli"],
        why: INSIDE,
    },
    Reserved {
        path: "crate::inspect::sniff",
        inside: FLEET,
        except: &["src/cli/inspect.rs"],
        why: INSIDE,
    },
    Reserved {
        path: "std::process::exit",
        inside: ALL,
        except: &["src/main.rs"],
        why: "only main ends the process",
    },
    Reserved {
        path: "process::exit",
        inside: ALL,
        except: &["src/main.rs"],
        why: "only main ends the process",
    },
    Reserved {
        path: "std::fs",
        inside: PLAN,
        except: &[],
        why: PURE,
    },
    Reserved {
        path: "std::env",
        inside: PLAN,
        except: &[],
        why: PURE,
    },
    Reserved {
        path: "std::net",
        inside: PLAN,
        except: &[],
        why: PURE,
    },
    Reserved {
        path: "std::process",
        inside: PLAN,
        except: &[],
        why: PURE,
    },
    Reserved {
        path: "std::thread",
        inside: PLAN,
        except: &[],
        why: PURE,
    },
    Reserved {
        path: "std::time::Instant",
        inside: PLAN,
        except: &[],
        why: PURE,
    },
];

/// The one file that may name `rusttype`, whichever it is: never two.
pub const IN_ONE_FILE: [&str; 1] = ["rusttype"];

/// Every file with `unsafe` in it. Each block there says why it is sound, and has a test.
pub const UNSAFE_FILES: &[&str] = &[
    "demo/src/roles.rs",
    "devstack/src/keeper/spawn.rs",
    "render/src/audio/aac.rs",
    "render/src/audio/resample.rs",
    "render/src/compose/resample.rs",
    "render/src/compose/resample_avx2.rs",
    "render/src/encode/buffer.rs",
    "render/src/encode/vaapi.rs",
    "render/src/job/peak_memory.rs",
    "render/src/media/input.rs",
    "render/src/media/probe.rs",
    "render/src/media/scale.rs",
    "render/src/media/video.rs",
    "render/src/photo/cpu_clock.rs",
    "render/src/photo/decode/ffmpeg_still.rs",
    "sandbox/src/calls.rs",
];

/// Which workspace crates each member may depend on (development dependencies aside).
pub const CRATE_ARROWS: [(&str, &[&str]); 8] = [
    ("gildhall-demo", &["gildhall-devstack", "gildhall-proto"]),
    ("gildhall-devstack", &[]),
    ("gildhall-proto", &[]),
    ("gildhall-samples", &[]),
    ("gildhall-resize", &[]),
    ("gildhall-sandbox", &[]),
    ("gildhall-render", &["gildhall-proto", "gildhall-resize"]),
    (
        "gildhall",
        &["gildhall-proto", "gildhall-render", "gildhall-sandbox"],
    ),
];
