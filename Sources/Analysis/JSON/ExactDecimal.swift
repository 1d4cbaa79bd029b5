// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The exact decimal digits of a floating-point number, for printing as C does.
///
/// A double is m × 2^e with whole m; for negative e that is m × 5^-e with the
/// decimal point moved by -e. So its decimal expansion ends, and rounding half to
/// even on it gives what `printf` gives.
struct ExactDecimal {
    /// Most significant first, from 0 to 9; empty for zero.
    private var digits: [UInt8]
    /// How many digits stand before the point; may be negative.
    private var pointPosition: Int

    /// Takes the magnitude of a finite number.
    init(magnitudeOf value: Double) {
        let bits = value.magnitude.bitPattern
        let exponentBits = Int(bits >> 52 & 0x7FF)
        let fraction = bits & 0xF_FFFF_FFFF_FFFF
        let mantissa = exponentBits == 0 ? fraction : fraction | 1 << 52
        let exponent = (exponentBits == 0 ? 1 : exponentBits) - 1075
        var limbs = Self.limbs(of: mantissa)
        if exponent >= 0 {
            Self.multiply(&limbs, base: 2, power: exponent, step: 29)
        } else {
            Self.multiply(&limbs, base: 5, power: -exponent, step: 13)
        }
        digits = Self.digits(of: limbs)
        pointPosition = digits.count + min(exponent, 0)
    }

    /// Appends the number as `%f` prints it: six digits behind the point.
    mutating func appendFixed(to output: inout [UInt8]) {
        round(keeping: pointPosition + 6)
        appendDigits(from: min(pointPosition, 0), to: pointPosition, atLeastOne: true, &output)
        output.append(UInt8(ascii: "."))
        appendDigits(from: pointPosition, to: pointPosition + 6, atLeastOne: false, &output)
    }

    /// Appends the number as `%1.15g` prints it: 15 significant digits, zeros at
    /// the end dropped.
    mutating func appendShort(to output: inout [UInt8]) {
        round(keeping: 15)
        while digits.last == 0 { digits.removeLast() }
        let exponent = digits.isEmpty ? 0 : pointPosition - 1
        if exponent < -4 || exponent >= 15 {
            appendScientific(exponent, &output)
            return
        }
        appendDigits(from: min(pointPosition, 0), to: pointPosition, atLeastOne: true, &output)
        guard digits.count > pointPosition, !digits.isEmpty else { return }
        output.append(UInt8(ascii: "."))
        appendDigits(from: pointPosition, to: digits.count, atLeastOne: false, &output)
    }

    private func appendScientific(_ exponent: Int, _ output: inout [UInt8]) {
        appendDigits(from: 0, to: 1, atLeastOne: true, &output)
        if digits.count > 1 {
            output.append(UInt8(ascii: "."))
            appendDigits(from: 1, to: digits.count, atLeastOne: false, &output)
        }
        output.append(UInt8(ascii: "e"))
        output.append(UInt8(ascii: exponent < 0 ? "-" : "+"))
        output.appendPadded(abs(exponent), width: 2)
    }

    /// Appends digits by their index; those outside are zeros.
    private func appendDigits(
        from start: Int,
        to end: Int,
        atLeastOne: Bool,
        _ output: inout [UInt8]
    ) {
        guard end > max(start, 0) || !atLeastOne else {
            output.append(UInt8(ascii: "0"))
            return
        }
        for index in start..<max(start, end) {
            let digit = index >= 0 && index < digits.count ? digits[index] : 0
            output.append(UInt8(ascii: "0") + digit)
        }
    }

    /// Rounds half to even behind so many digits.
    private mutating func round(keeping count: Int) {
        guard count < digits.count else { return }
        guard count >= 0 else {
            digits = []
            return
        }
        let goesUp = isAboveHalf(count)
        digits.removeSubrange(count...)
        guard goesUp else { return }
        var index = count - 1
        while index >= 0, digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        if index >= 0 {
            digits[index] += 1
        } else {
            digits.insert(1, at: 0)
            pointPosition += 1
        }
    }

    private func isAboveHalf(_ count: Int) -> Bool {
        if digits[count] != 5 { return digits[count] > 5 }
        if digits[(count + 1)...].contains(where: { $0 != 0 }) { return true }
        return count > 0 && digits[count - 1] % 2 == 1
    }

    // MARK: Big numbers: limbs of nine decimal digits, least significant first

    private static let limbBase: UInt64 = 1_000_000_000

    private static func limbs(of value: UInt64) -> [UInt64] {
        [value % limbBase, value / limbBase % limbBase, value / limbBase / limbBase]
    }

    /// Multiplies by `base` to the `power`, `step` factors at a time.
    private static func multiply(_ limbs: inout [UInt64], base: UInt64, power: Int, step: Int) {
        var left = power
        while left > 0 {
            let count = min(left, step)
            var factor: UInt64 = 1
            for _ in 0..<count { factor *= base }
            var carry: UInt64 = 0
            for index in limbs.indices {
                let product = limbs[index] * factor + carry
                limbs[index] = product % limbBase
                carry = product / limbBase
            }
            while carry > 0 {
                limbs.append(carry % limbBase)
                carry /= limbBase
            }
            left -= count
        }
    }

    private static func digits(of limbs: [UInt64]) -> [UInt8] {
        var reversed: [UInt8] = []
        reversed.reserveCapacity(limbs.count * 9)
        for limb in limbs {
            var rest = limb
            for _ in 0..<9 {
                reversed.append(UInt8(rest % 10))
                rest /= 10
            }
        }
        while reversed.last == 0 { reversed.removeLast() }
        return reversed.reversed()
    }
}
