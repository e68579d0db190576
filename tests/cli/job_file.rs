//! Where `render` finds its job, in which form, and the assets beside it.

use crate::support::{ASSETS, Folder, assert_code, job, json_of};
use gildhall_proto::JobSpec;
use std::fs;
use std::path::Path;

#[test]
fn a_messagepack_job_is_accepted_from_a_file_and_a_pipe() {
    let folder = Folder::new("msgpack");
    let spec = JobSpec::from_json(job(1).to_string().as_bytes()).expect("a valid job");
    let bytes = spec.to_msgpack();
    fs::write(folder.at("job.msgpack"), &bytes).expect("a job file");
    let output = folder.run(&["render", "job.msgpack", "--assets", ASSETS, "--plan"]);
    assert_code(&output, 0);
    assert_eq!(json_of(&output)["frames"], 30);
    let piped = folder.feed(&["render", "-", "--assets", ASSETS, "-q"], &bytes);
    assert_code(&piped, 0);
    assert!(folder.at("video.mp4").is_file());
}

#[test]
fn assets_lie_beside_the_job_unless_told_otherwise() {
    let folder = Folder::new("beside");
    fs::create_dir_all(folder.at("shop/products")).expect("a folder");
    let ring = Path::new(ASSETS).join("products/ring.jpg");
    fs::copy(ring, folder.at("shop/products/ring.jpg")).expect("a photo");
    folder.write("shop/job.json", &job(1));
    let output = folder.run(&["render", "shop/job.json", "--plan"]);
    assert_code(&output, 0);
    assert_eq!(json_of(&output)["slots"][0]["asset"], "products/ring.jpg");
}
