// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Yams

/// A file of Sigma rules, read into its documents.
struct SigmaFile {
    /// Those in front of a mistake in the YAML.
    private(set) var documents: [SigmaNode] = []

    /// The largest file, in bytes; a rule has about two thousand.
    static let sizeLimit = 1 << 19
    /// How many bytes a file may have with all aliases written out.
    static let unfoldedLimit = 1 << 20
    /// How deep values may be nested.
    static let depthLimit = 32
    /// How many values a file may have, aliases written out.
    static let nodeLimit = 100_000

    private let path: String
    private let columns: ByteColumns
    private var nodeCount = 0

    /// Reads a file; mistakes are reported.
    init(_ file: RulesetFile, _ log: inout DiagnosticLog) {
        path = file.path
        columns = ByteColumns(file.bytes)
        do throws(Fault) {
            try read(file.bytes)
        } catch {
            log.error(error.fault, at: error.location, error.message, hint: error.hint)
        }
    }

    private struct Fault: Error {
        var fault = RulesetFault.malformedYAML
        let location: SourceLocation
        let message: String
        var hint = ""
    }

    private mutating func read(_ bytes: [UInt8]) throws(Fault) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Fault(location: whole, message: "the file is not UTF-8")
        }
        try checkSize(bytes)
        do {
            let parser = try Parser(yaml: text, encoding: .utf8)
            while let root = try parser.nextRoot() {
                let document = try convert(root, depth: 0)
                if !document.isNull { documents.append(document) }
            }
        } catch let error as Fault {
            throw error
        } catch {
            throw fault(error)
        }
    }

    private func checkSize(_ bytes: [UInt8]) throws(Fault) {
        guard bytes.count <= Self.sizeLimit else {
            throw Fault(
                fault: .documentTooLarge,
                location: whole,
                message: "the file has \(bytes.count) bytes",
                hint: "at most \(Self.sizeLimit); put its rules into several files"
            )
        }
        guard AliasUnfolding.isBounded(bytes, by: Self.unfoldedLimit) else {
            throw Fault(
                fault: .documentTooLarge,
                location: whole,
                message: "the file's aliases may unfold to more than \(Self.unfoldedLimit) bytes",
                hint: "write out what they stand for"
            )
        }
    }

    // MARK: Converting

    private mutating func convert(_ node: Node, depth: Int) throws(Fault) -> SigmaNode {
        let location = location(node.mark)
        nodeCount += 1
        guard depth < Self.depthLimit, nodeCount <= Self.nodeLimit else {
            throw Fault(
                fault: .documentTooLarge,
                location: location,
                message: "the file has too many values, or they are nested too deep",
                hint: "at most \(Self.nodeLimit) values and \(Self.depthLimit) levels"
            )
        }
        switch node {
        case .scalar(let scalar):
            return SigmaNode(
                kind: .scalar(scalar.string, isPlain: scalar.style == .plain),
                location: location
            )
        case .sequence(let sequence):
            var elements: [SigmaNode] = []
            for element in sequence { elements.append(try convert(element, depth: depth + 1)) }
            return SigmaNode(kind: .list(elements), location: location)
        case .mapping(let mapping):
            var entries: [SigmaNode.Entry] = []
            for (key, value) in mapping { entries.append(try entry(key, value, depth)) }
            return SigmaNode(kind: .map(entries), location: location)
        case .alias:
            throw Fault(location: location, message: "an alias that names nothing")
        }
    }

    private mutating func entry(
        _ key: Node,
        _ value: Node,
        _ depth: Int
    ) throws(Fault) -> SigmaNode.Entry {
        guard case .scalar(let scalar) = key else {
            throw Fault(location: location(key.mark), message: "a key that is no text")
        }
        return SigmaNode.Entry(
            key: scalar.string,
            location: location(key.mark),
            value: try convert(value, depth: depth + 1)
        )
    }

    // MARK: Places

    private var whole: SourceLocation { SourceLocation(file: path, line: 0, column: 0) }

    private func location(_ mark: Mark?) -> SourceLocation {
        guard let mark else { return whole }
        return SourceLocation(
            file: path,
            line: mark.line,
            column: columns.column(line: mark.line, character: mark.column)
        )
    }

    private func fault(_ error: any Error) -> Fault {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let words = [context?.text, problem].compactMap(\.self).joined(separator: ": ")
            return Fault(location: location(mark), message: words)
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.sorted().joined(separator: ", ")
            return Fault(
                location: location(context.mark),
                message: "a map has a key twice: \(names)",
                hint: "join their values"
            )
        case .reader(let problem, _, let value, _):
            return Fault(location: whole, message: "\(problem) (\(value))")
        case .memory:
            return Fault(location: whole, message: "the values are nested too deep")
        default:
            return Fault(location: whole, message: "the file cannot be read as YAML")
        }
    }
}

/// Turns places counted in characters into places counted in bytes.
private struct ByteColumns {
    private let bytes: [UInt8]
    /// Offset of each line's first byte; lines end as YAML says.
    private let lineStarts: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        for index in bytes.indices where Self.isLineEnd(bytes, at: index) {
            starts.append(index + 1)
        }
        lineStarts = starts
    }

    /// Whether a line ends with the byte at an index: LF, CR alone, NEL, LS, PS.
    private static func isLineEnd(_ bytes: [UInt8], at index: Int) -> Bool {
        switch bytes[index] {
        case 0x0A: true
        case 0x0D: index + 1 == bytes.count || bytes[index + 1] != 0x0A
        case 0x85: index > 0 && bytes[index - 1] == 0xC2
        case 0xA8, 0xA9: index > 1 && bytes[index - 1] == 0x80 && bytes[index - 2] == 0xE2
        default: false
        }
    }

    /// Both count from 1.
    func column(line: Int, character: Int) -> Int {
        guard line > 0, line <= lineStarts.count else { return character }
        let start = lineStarts[line - 1]
        var left = character
        var index = start
        while index < bytes.count {
            if bytes[index] & 0xC0 != 0x80 {
                left -= 1
                if left == 0 { break }
            }
            index += 1
        }
        return index - start + 1
    }
}

/// Keeps a few aliases that name each other from filling the memory.
private enum AliasUnfolding {
    /// Whether a file stays below so many bytes when each alias is replaced by
    /// what it stands for.
    ///
    /// It looks at bytes alone, before anything is parsed: what might be an anchor
    /// counts as one. What an alias stands for lies between its anchor and itself,
    /// unfolded as everything there.
    static func isBounded(_ bytes: [UInt8], by limit: Int) -> Bool {
        var anchors: [ArraySlice<UInt8>: Int] = [:]
        var unfolded = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let mayBegin = index == 0 || mayPrecedeToken(bytes[index - 1])
            index += 1
            unfolded += 1
            guard byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*"), mayBegin else { continue }
            let name = bytes[index...].prefix(while: isNameByte)
            guard !name.isEmpty else { continue }
            if byte == UInt8(ascii: "&") {
                // Of equal names the first counts: it spans the others.
                if anchors[name] == nil { anchors[name] = unfolded }
            } else if let start = anchors[name] {
                unfolded += unfolded - start
                if unfolded > limit { return false }
            }
        }
        return true
    }

    /// Whether a token that becomes a value may begin behind a byte.
    ///
    /// Behind a quote or a word, libyaml finds a mistake if it finds a token at
    /// all; what stands there is a text such as `'*cmd*'` or `a&b`.
    private static func mayPrecedeToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x20, 0x80...0xFF, UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "?"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// What libyaml takes as part of an anchor's name.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
