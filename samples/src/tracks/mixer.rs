//! A stereo bus with a reverb send, and the master that ends a track.

use super::SAMPLE_RATE;
use super::reverb::Reverb;

/// Where and how loud a voice sits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Linear gain.
    pub(super) gain: f32,
    /// −1 is left, 1 is right.
    pub(super) pan: f32,
    /// Share that also goes to the reverb.
    pub(super) send: f32,
}

/// The dry bus and the reverb send, interleaved stereo.
pub(super) struct Mixer {
    dry: Vec<f32>,
    send: Vec<f32>,
}

impl Mixer {
    pub(super) fn new(duration_s: f64) -> Self {
        let samples = 2 * (duration_s * f64::from(SAMPLE_RATE)) as usize;
        Self {
            dry: vec![0.0; samples],
            send: vec![0.0; samples],
        }
    }

    /// Adds a mono voice from `at_s` on; what lies outside the track is dropped.
    pub(super) fn add(&mut self, at_s: f64, voice: &[f32], place: Place) {
        let angle = (place.pan.clamp(-1.0, 1.0) + 1.0) * std::f32::consts::FRAC_PI_4;
        let (right, left) = angle.sin_cos();
        let (left, right) = (left * place.gain, right * place.gain);
        let start = (at_s * f64::from(SAMPLE_RATE)).round() as i64;
        for (offset, &sample) in voice.iter().enumerate() {
            let Ok(frame) = usize::try_from(start + offset as i64) else {
                continue;
            };
            let Some(pair) = self.dry.get_mut(2 * frame..2 * frame + 2) else {
                break;
            };
            pair[0] += sample * left;
            pair[1] += sample * right;
            self.send[2 * frame] += sample * left * place.send;
            self.send[2 * frame + 1] += sample * right * place.send;
        }
    }

    /// Multiplies all that was added so far in `from_s..to_s`; ramps of 10 ms keep it free of clicks.
    pub(super) fn scale(&mut self, from_s: f64, to_s: f64, gain: f32) {
        let rate = f64::from(SAMPLE_RATE);
        for frame in 0..self.dry.len() / 2 {
            let time_s = frame as f64 / rate;
            let inside = ((time_s - from_s).min(to_s - time_s) / 0.01).clamp(0.0, 1.0) as f32;
            let factor = 1.0 + (gain - 1.0) * inside;
            for sample in [2 * frame, 2 * frame + 1] {
                self.dry[sample] *= factor;
                self.send[sample] *= factor;
            }
        }
    }

    /// Adds the reverb and gives the whole mix.
    pub(super) fn finish(self, reverb: Reverb) -> Vec<f32> {
        let mut mix = self.dry;
        reverb.add_to(&self.send, &mut mix);
        mix
    }
}

/// Soft saturation followed by scaling to `peak`: rounds the few highest peaks off, then uses the room.
pub(super) fn master(mix: &mut [f32], drive: f32, peak: f32) {
    let rms = (mix.iter().map(|x| f64::from(x * x)).sum::<f64>() / mix.len().max(1) as f64).sqrt();
    let gain = drive / (rms as f32).max(1e-9);
    for sample in mix.iter_mut() {
        *sample = (*sample * gain).tanh();
    }
    let top = mix.iter().fold(1e-9_f32, |top, x| top.max(x.abs()));
    for sample in mix.iter_mut() {
        *sample *= peak / top;
    }
}
