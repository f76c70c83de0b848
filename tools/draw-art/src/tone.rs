//! The dial tone: the sum of 350 Hz and 440 Hz.

/// One beat of the tone in seconds, from one silence of the sum to the next: 1 / (440 - 350).
pub const BEAT: f32 = 1.0 / 90.0;

/// The sine of an angle in turns, to five digits. Its own arithmetic, so that the art is the same on every machine.
pub fn sine(turns: f32) -> f32 {
    let turns = turns - turns.round();
    // Folded to a quarter turn either side of nought, where the series is good.
    let folded = if turns.abs() > 0.25 { 0.5f32.copysign(turns) - turns } else { turns };
    let x = folded * std::f32::consts::TAU;
    let square = x * x;
    let series = 1.0 - square / 72.0;
    x * (1.0 - square / 6.0 * (1.0 - square / 20.0 * (1.0 - square / 42.0 * series)))
}

/// The dial tone at `seconds`, from -1 to 1: half of sin(2π 350 t) + sin(2π 440 t). `phase`, in turns, moves both
/// sines alike: the wave runs along and the beat stays.
pub fn tone(seconds: f32, phase: f32) -> f32 {
    (sine(350.0 * seconds + phase) + sine(440.0 * seconds + phase)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sine_is_a_sine() {
        for n in -4000..4000 {
            let turns = n as f32 / 777.0;
            let real = (f64::from(turns) * std::f64::consts::TAU).sin();
            assert!((f64::from(sine(turns)) - real).abs() < 1e-5, "at {turns}");
        }
    }

    #[test]
    fn the_tone_beats_ninety_times_a_second() {
        for phase in [0.0, 0.3, 0.7] {
            assert!(tone(BEAT / 2.0, phase).abs() < 1e-4);
            assert!(tone(-BEAT / 2.0, phase).abs() < 1e-4);
        }
        assert!((tone(0.0, 0.25) - 1.0).abs() < 1e-5);
    }
}
