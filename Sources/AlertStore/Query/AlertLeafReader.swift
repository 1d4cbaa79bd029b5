// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// One walk over a JSON object, without recursion.
struct AlertLeafReader {
    /// Where the path of an open object or array ends, and which of both it is.
    private struct Level {
        let pathEnd: Int
        let isArray: Bool
    }

    private var position = 0
    private var path: [UInt8] = []
    private var levels: [Level] = []

    /// Appends the leaves of the object that the line is.
    ///
    /// - Returns: False where it is no JSON.
    mutating func read(_ line: Span<UInt8>, into output: inout AlertLeaves) -> Bool {
        guard take(UInt8(ascii: "{"), line) else { return false }
        levels.append(Level(pathEnd: 0, isArray: false))
        var isFirst = true
        while let level = levels.last {
            skipSpace(line)
            if take(level.isArray ? UInt8(ascii: "]") : UInt8(ascii: "}"), line) {
                levels.removeLast()
                isFirst = false
                continue
            }
            if !isFirst, !take(UInt8(ascii: ","), line) { return false }
            path.removeLast(path.count - level.pathEnd)
            if !level.isArray {
                guard readKey(line) else { return false }
            }
            isFirst = false
            guard let opened = readValue(line, into: &output) else { return false }
            isFirst = opened
        }
        skipSpace(line)
        return position == line.count
    }

    private mutating func readKey(_ line: Span<UInt8>) -> Bool {
        skipSpace(line)
        guard let range = string(line) else { return false }
        if !path.isEmpty { path.append(UInt8(ascii: ".")) }
        path.appendUnescaped(
            line.extracting(range),
            limit: max(0, AlertLeaves.longestPath - path.count)
        )
        skipSpace(line)
        return take(UInt8(ascii: ":"), line)
    }

    /// Reads a leaf, or enters an object or array.
    ///
    /// - Returns: Whether something was entered; nil when there is no value.
    private mutating func readValue(
        _ line: Span<UInt8>,
        into output: inout AlertLeaves
    ) -> Bool? {
        skipSpace(line)
        guard position < line.count else { return nil }
        switch line[position] {
        case UInt8(ascii: "\""):
            guard let range = string(line) else { return nil }
            append(line.extracting(range), isString: true, to: &output)
            return false
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard levels.count < AlertLeaves.deepest else {
                output.dropped += 1
                return skipDeep(line) ? false : nil
            }
            levels.append(
                Level(pathEnd: path.count, isArray: line[position] == UInt8(ascii: "["))
            )
            position += 1
            return true
        default:
            let start = position
            while position < line.count, !Self.endsWord(line[position]) { position += 1 }
            guard position > start else { return nil }
            append(line.extracting(start..<position), isString: false, to: &output)
            return false
        }
    }

    private func append(_ text: Span<UInt8>, isString: Bool, to output: inout AlertLeaves) {
        if !isString, text.count == 4, text[0] == UInt8(ascii: "n") { return }
        guard output.leaves.count < AlertLeaves.mostLeaves, path.count < AlertLeaves.longestPath
        else {
            output.dropped += 1
            return
        }
        let pathStart = output.bytes.count
        output.bytes += path
        let valueStart = output.bytes.count
        let limit =
            AlertFields.textPaths.contains(path)
            ? AlertLeaves.longestText : AlertLeaves.longestValue
        if isString {
            output.bytes.appendUnescaped(text, limit: limit)
        } else {
            output.bytes.append(span: text.extracting(0..<min(text.count, limit)))
        }
        output.leaves.append(
            AlertLeaves.Leaf(
                path: pathStart..<valueStart,
                value: valueStart..<output.bytes.count
            )
        )
    }

    private mutating func skipDeep(_ line: Span<UInt8>) -> Bool {
        var scanner = JSONScanner(position: position)
        guard scanner.skipValue(line) else { return false }
        position = scanner.position
        return true
    }

    /// The inside of the string that begins here.
    private mutating func string(_ line: Span<UInt8>) -> Range<Int>? {
        guard take(UInt8(ascii: "\""), line) else { return nil }
        let start = position
        while position < line.count {
            let byte = line[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return start..<position - 1
            }
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    @inline(__always)
    private mutating func take(_ byte: UInt8, _ line: Span<UInt8>) -> Bool {
        guard position < line.count, line[position] == byte else { return false }
        position += 1
        return true
    }

    @inline(__always)
    private mutating func skipSpace(_ line: Span<UInt8>) {
        while position < line.count, line[position] == 0x20 { position += 1 }
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, UInt8(ascii: "\""),
            UInt8(ascii: ":"), UInt8(ascii: "{"), UInt8(ascii: "["):
            true
        default: false
        }
    }
}
