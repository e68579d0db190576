/// The parts of an AVIF file, put together after ISO/IEC 23008-12 and the AV1 image file format.
#[derive(Default)]
pub(in super::super) struct Avif<'a> {
    pub colour: &'a [u8],
    pub alpha: Option<&'a [u8]>,
    /// Whole property boxes for the colour item, in order.
    pub properties: Vec<Vec<u8>>,
    /// `avif` where empty.
    pub major_brand: &'a [u8],
}

impl Avif<'_> {
    pub(in super::super) fn bytes(&self) -> Vec<u8> {
        let major = if self.major_brand.is_empty() {
            b"avif"
        } else {
            self.major_brand
        };
        let ftyp = boxed(b"ftyp", &[major, b"\0\0\0\0", b"avifmif1miaf"].concat());
        // The item offsets depend on the length of the box that holds them, which does not depend on them.
        let length = self.meta(0).len();
        let data_at = ftyp.len() + length + 8;
        let data = [self.colour, self.alpha.unwrap_or_default()].concat();
        [ftyp, self.meta(data_at), boxed(b"mdat", &data)].concat()
    }

    fn meta(&self, data_at: usize) -> Vec<u8> {
        let items: Vec<&[u8]> = std::iter::once(self.colour).chain(self.alpha).collect();
        let count = items.len() as u8;
        let mut iloc = vec![0, 0, 0, 0, 0x44, 0, 0, count];
        let mut iinf = vec![0, 0, 0, 0, 0, count];
        let mut at = data_at;
        for (id, item) in (1..).zip(&items) {
            iloc.extend([0, id, 0, 0, 0, 1]);
            iloc.extend((at as u32).to_be_bytes());
            iloc.extend((item.len() as u32).to_be_bytes());
            iinf.extend(boxed(
                b"infe",
                &[&[2, 0, 0, 0, 0, id, 0, 0][..], b"av01\0"].concat(),
            ));
            at += item.len();
        }
        let mut parts = vec![
            vec![0; 4],
            boxed(b"hdlr", b"\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"),
            boxed(b"pitm", &[0, 0, 0, 0, 0, 1]),
            boxed(b"iloc", &iloc),
            boxed(b"iinf", &iinf),
        ];
        if self.alpha.is_some() {
            let auxiliary = boxed(b"auxl", &[0, 2, 0, 1, 0, 1]);
            parts.push(boxed(b"iref", &[vec![0; 4], auxiliary].concat()));
        }
        parts.push(self.properties());
        boxed(b"meta", &parts.concat())
    }

    fn properties(&self) -> Vec<u8> {
        let urn = b"\0\0\0\0urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";
        let auxiliary = boxed(b"auxC", urn);
        let ipco = boxed(b"ipco", &[auxiliary, self.properties.concat()].concat());
        let count = self.properties.len() as u8;
        let items = 1 + u8::from(self.alpha.is_some());
        let mut ipma = vec![0, 0, 0, 0, 0, 0, 0, items, 0, 1, count];
        ipma.extend((0..count).map(|index| index + 2));
        if self.alpha.is_some() {
            ipma.extend([0, 2, 1, 1]);
        }
        boxed(b"iprp", &[ipco, boxed(b"ipma", &ipma)].concat())
    }
}

pub(in super::super) fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() + 8) as u32;
    [&length.to_be_bytes()[..], kind, payload].concat()
}
