// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Tells which lines go on with a trace that lines before them began.
///
/// A line of its own begins anew. What the forms look like:
/// ```
/// java    anything, then TAB "at …", "Caused by: …", TAB "... 12 more", TAB "Suppressed: …"
/// python  "Traceback (most recent call last):", indented lines, one line that names the exception;
///         then perhaps blank, "During handling of …" or "The above exception …", blank, "Traceback …"
/// go      "panic: …" or "fatal error: …", blank, "goroutine 1 [running]:", "main.f(…)", TAB "/x.go:1 …"
/// node    "/x.js:1", source, caret, blank, "Error: …", "    at …", perhaps " {", "  code: …", "}"
/// ```
struct TraceRecognizer: Sendable {
    private enum State: Equatable {
        case outside
        /// Within the indented lines after `Traceback`.
        case python
        /// Behind the line that names the exception.
        case pythonEnd
        case go
        /// Before the first `at` of an uncaught error; lines seen.
        case nodeHead(Int)
        /// Behind the last `at`, within braces.
        case nodeBraces
        /// Among the lines with `at` or behind them, before the line that names
        /// Node's version.
        case nodeEnd
    }

    private var state = State.outside

    /// Lines before the first `at` of an uncaught error of Node: place, source,
    /// caret, blank, and a message of several.
    private static let nodeHeadLimit = 12

    /// Whether the line belongs to the one before it.
    mutating func continues(_ line: Span<UInt8>, of languages: Set<MultilineRule.Language>) -> Bool
    {
        if continuesState(line) { return true }
        state = .outside
        if begins(line, of: languages) { return false }
        if languages.contains(.go), line.starts(with: "goroutine "), line.ends(with: "]:") {
            // Of a panic that a server caught: its own line came before.
            state = .go
            return true
        }
        let rest = line.extracting(line.indentation..<line.count)
        if languages.contains(.java) || languages.contains(.node), line.indentation > 0,
            rest.starts(with: "at ")
        {
            if languages.contains(.node), line.ends(with: " {") { state = .nodeBraces }
            return true
        }
        guard languages.contains(.java) else { return false }
        return rest.starts(with: "Caused by: ")
            || line.indentation > 0
                && (rest.starts(with: "Suppressed: ") || rest.starts(with: "... "))
    }

    private mutating func begins(
        _ line: Span<UInt8>,
        of languages: Set<MultilineRule.Language>
    ) -> Bool {
        if languages.contains(.python), Self.isTraceback(line) {
            state = .python
        } else if languages.contains(.go),
            line.starts(with: "panic: ") || line.starts(with: "fatal error: ")
        {
            state = .go
        } else if languages.contains(.node), Self.isNodePlace(line) {
            state = .nodeHead(0)
        }
        return state != .outside
    }

    private mutating func continuesState(_ line: Span<UInt8>) -> Bool {
        switch state {
        case .outside: false
        case .python: continuesPython(line)
        case .pythonEnd: continuesPythonEnd(line)
        case .go: Self.isOfGo(line)
        case .nodeHead(let count): continuesNodeHead(line, count)
        case .nodeBraces: continuesNodeBraces(line)
        case .nodeEnd: continuesNodeEnd(line)
        }
    }

    private mutating func continuesPython(_ line: Span<UInt8>) -> Bool {
        if line.indentation == 0, !line.isEmpty { state = .pythonEnd }
        return true
    }

    private mutating func continuesPythonEnd(_ line: Span<UInt8>) -> Bool {
        if Self.isTraceback(line) {
            state = .python
            return true
        }
        return line.isEmpty || line.starts(with: "During handling of the above exception")
            || line.starts(with: "The above exception was the direct cause")
    }

    private static func isTraceback(_ line: Span<UInt8>) -> Bool {
        line.ends(with: "Traceback (most recent call last):")
            && (line.starts(with: "Traceback") || line.starts(with: "  + Exception Group"))
    }

    private static func isOfGo(_ line: Span<UInt8>) -> Bool {
        guard !line.isEmpty else { return true }
        if line[0] == UInt8(ascii: "\t") || line.starts(with: "goroutine ")
            || line.starts(with: "created by ") || line.starts(with: "[signal ")
            || line.starts(with: "exit status ") || line.starts(with: "panic: ")
            || line.starts(with: "runtime: ") || line.starts(with: "runtime stack:")
        {
            return true
        }
        // "main.main()", "net/http.(*conn).serve(0xc000, {0x1})".
        guard line.ends(with: ")") || line.ends(with: "(...)") else { return false }
        for index in line.indices {
            if line[index] == UInt8(ascii: "(") { return index > 0 }
            if line[index] == UInt8(ascii: " ") { return false }
        }
        return false
    }

    /// `/app/x.js:10`, `file:///app/x.mjs:10`, `node:internal/x:10`.
    private static func isNodePlace(_ line: Span<UInt8>) -> Bool {
        guard
            line.starts(with: "/") || line.starts(with: "file://") || line.starts(with: "node:")
        else { return false }
        var digits = 0
        var index = line.count - 1
        while index > 0, (0x30...0x39).contains(line[index]) {
            digits += 1
            index -= 1
        }
        guard digits > 0, line[index] == UInt8(ascii: ":") else { return false }
        for index in line.indices where line[index] == UInt8(ascii: " ") { return false }
        return true
    }

    private mutating func continuesNodeHead(_ line: Span<UInt8>, _ count: Int) -> Bool {
        guard count < Self.nodeHeadLimit else { return false }
        state = .nodeHead(count + 1)
        let rest = line.extracting(line.indentation..<line.count)
        if line.indentation > 0, rest.starts(with: "at ") {
            state = line.ends(with: " {") ? .nodeBraces : .nodeEnd
        } else if line.starts(with: "Node.js v") {
            state = .outside
        }
        return true
    }

    private mutating func continuesNodeEnd(_ line: Span<UInt8>) -> Bool {
        guard line.indentation > 0 else {
            return line.isEmpty || line.starts(with: "Node.js v")
        }
        if line.ends(with: " {") { state = .nodeBraces }
        return line.extracting(line.indentation..<line.count).starts(with: "at ")
    }

    private mutating func continuesNodeBraces(_ line: Span<UInt8>) -> Bool {
        if line.starts(with: "}") {
            state = .nodeEnd
            return true
        }
        return line.indentation > 0
    }
}

extension Span<UInt8> {
    /// Blanks and tabs before the text.
    fileprivate var indentation: Int {
        var index = 0
        while index < count, self[index] == 0x20 || self[index] == 0x09 { index += 1 }
        return index
    }

    fileprivate func starts(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount && holds(text, at: 0..<text.utf8CodeUnitCount)
    }

    fileprivate func ends(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount
            && holds(text, at: (count - text.utf8CodeUnitCount)..<count)
    }
}
