//! Three-component vectors: points, directions and linear-light colours alike.

use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// A vector, a point, or a colour in linear light.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct V3 {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}

/// Shorthand constructor; scenes are lists of numbers.
pub(crate) const fn v3(x: f32, y: f32, z: f32) -> V3 {
    V3 { x, y, z }
}

impl V3 {
    pub const ZERO: V3 = v3(0.0, 0.0, 0.0);
    pub const ONE: V3 = v3(1.0, 1.0, 1.0);

    pub fn dot(self, o: V3) -> f32 {
        self.x * o.x + self.y * o.y + self.z * o.z
    }

    pub fn cross(self, o: V3) -> V3 {
        v3(
            self.y * o.z - self.z * o.y,
            self.z * o.x - self.x * o.z,
            self.x * o.y - self.y * o.x,
        )
    }

    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// Unit vector of the same direction; zero stays zero.
    pub fn unit(self) -> V3 {
        self * (1.0 / self.length().max(1e-20))
    }

    pub fn abs(self) -> V3 {
        v3(self.x.abs(), self.y.abs(), self.z.abs())
    }

    pub fn max(self, low: f32) -> V3 {
        v3(self.x.max(low), self.y.max(low), self.z.max(low))
    }

    pub fn max_part(self) -> f32 {
        self.x.max(self.y).max(self.z)
    }

    pub fn lerp(self, to: V3, t: f32) -> V3 {
        self + (to - self) * t
    }

    pub fn map(self, f: impl Fn(f32) -> f32) -> V3 {
        v3(f(self.x), f(self.y), f(self.z))
    }

    /// Mirror about the plane whose normal is `n`.
    pub fn reflect(self, n: V3) -> V3 {
        self - n * (2.0 * self.dot(n))
    }

    /// Snell refraction with `eta` = index here / index there; `None` on total reflection.
    pub fn refract(self, n: V3, eta: f32) -> Option<V3> {
        let cos_in = -self.dot(n);
        let k = 1.0 - eta * eta * (1.0 - cos_in * cos_in);
        (k >= 0.0).then(|| (self * eta + n * (eta * cos_in - k.sqrt())).unit())
    }

    /// Turned about the y axis by `angle` radians.
    pub fn turn_y(self, angle: f32) -> V3 {
        let (s, c) = angle.sin_cos();
        v3(c * self.x + s * self.z, self.y, c * self.z - s * self.x)
    }

    /// Turned about the x axis by `angle` radians.
    pub fn turn_x(self, angle: f32) -> V3 {
        let (s, c) = angle.sin_cos();
        v3(self.x, c * self.y - s * self.z, s * self.y + c * self.z)
    }

    /// Turned about the z axis by `angle` radians.
    pub fn turn_z(self, angle: f32) -> V3 {
        let (s, c) = angle.sin_cos();
        v3(c * self.x - s * self.y, s * self.x + c * self.y, self.z)
    }
}

impl Add for V3 {
    type Output = V3;
    fn add(self, o: V3) -> V3 {
        v3(self.x + o.x, self.y + o.y, self.z + o.z)
    }
}

impl AddAssign for V3 {
    fn add_assign(&mut self, o: V3) {
        *self = *self + o;
    }
}

impl Sub for V3 {
    type Output = V3;
    fn sub(self, o: V3) -> V3 {
        v3(self.x - o.x, self.y - o.y, self.z - o.z)
    }
}

impl Mul<f32> for V3 {
    type Output = V3;
    fn mul(self, k: f32) -> V3 {
        v3(self.x * k, self.y * k, self.z * k)
    }
}

/// Component-wise: a colour seen through a filter.
impl Mul for V3 {
    type Output = V3;
    fn mul(self, o: V3) -> V3 {
        v3(self.x * o.x, self.y * o.y, self.z * o.z)
    }
}

impl Neg for V3 {
    type Output = V3;
    fn neg(self) -> V3 {
        self * -1.0
    }
}
