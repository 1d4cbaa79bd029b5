// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The system that an agent runs on, as its keep-alive says it.
///
/// `SYSNAME |NODE |RELEASE |VERSION |MACHINE [NAME|PLATFORM: VERSION (CODENAME)] - Wazuh vX.Y.Z`
/// Source: around-the-engine.md §5.14.
package struct UnameLine: Sendable, Hashable {
    /// Everything before ` - `.
    package private(set) var uname = ""
    /// `Debian GNU/Linux`; empty when not said, as all that follow.
    package private(set) var name = ""
    /// `debian`; `windows` for Windows.
    package private(set) var platform = ""
    /// `12`.
    package private(set) var version = ""
    package private(set) var codename = ""
    package private(set) var major = ""
    package private(set) var minor = ""
    /// `x86_64` and the like.
    package private(set) var architecture = ""
    /// `Wazuh v4.14.7`.
    package private(set) var agentVersion = ""

    private static let architectures = [
        "x86_64", "i386", "i686", "sparc", "amd64", "aarch64", "arm64", "ia64", "AIX", "armv8",
        "armv7", "armv6", "ppc64le", "ppc64", "s390x", "riscv64",
    ]

    /// Reads a line; what it does not say stays empty.
    package init(_ line: String) {
        let bytes = Array(line.utf8)[...]
        var system = bytes
        if let dash = Self.first(" - ", in: bytes) {
            system = bytes[..<dash.lowerBound]
            let rest = bytes[dash.upperBound...]
            let end = Self.first(" / ", in: rest)?.lowerBound ?? rest.endIndex
            agentVersion = Self.text(rest[..<end])
        }
        uname = Self.text(system)
        if let mark = Self.first(" [Ver: ", in: system) {
            readWindows(system, mark)
        } else {
            readUnix(system)
        }
    }

    private mutating func readWindows(_ system: ArraySlice<UInt8>, _ mark: Range<Int>) {
        name = Self.text(system[..<mark.lowerBound])
        platform = "windows"
        let rest = system[mark.upperBound...]
        let end = rest.firstIndex(of: UInt8(ascii: "]")) ?? rest.endIndex
        readVersion(Self.text(rest[..<end]))
        let fields = rest[end...].split(separator: UInt8(ascii: "|"))
        if fields.count > 1, let last = fields.last { architecture = Self.trimmed(last) }
        if architecture.isEmpty { findArchitecture() }
    }

    private mutating func readUnix(_ system: ArraySlice<UInt8>) {
        findArchitecture()
        guard let mark = Self.first(" [", in: system) else { return }
        var inside = system[mark.upperBound...]
        if inside.last == UInt8(ascii: "]") { inside = inside.dropLast() }
        let bar = inside.firstIndex(of: UInt8(ascii: "|")) ?? inside.endIndex
        name = Self.text(inside[..<bar])
        let rest = inside[bar...].dropFirst()
        guard let colon = Self.first(": ", in: rest) else {
            platform = Self.text(rest)
            return
        }
        platform = Self.text(rest[..<colon.lowerBound])
        var number = rest[colon.upperBound...]
        if let open = Self.first(" (", in: number) {
            codename = Self.text(number[open.upperBound...])
            if codename.hasSuffix(")") { codename.removeLast() }
            number = number[..<open.lowerBound]
        }
        readVersion(Self.text(number))
    }

    private mutating func readVersion(_ text: String) {
        version = text
        major = String(text.prefix { $0.isASCII && $0.isNumber })
        let rest = text.dropFirst(major.count)
        let point = rest.hasPrefix("-SP") ? 3 : 1
        guard rest.hasPrefix(".") || rest.hasPrefix("-SP") else { return }
        minor = String(rest.dropFirst(point).prefix { $0.isASCII && $0.isNumber })
    }

    private mutating func findArchitecture() {
        architecture = Self.architectures.first { uname.contains($0) } ?? ""
    }

    private static func first(_ text: StaticString, in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        let wanted = text.withUTF8Buffer { Array($0) }
        var index = bytes.startIndex
        while index + wanted.count <= bytes.endIndex {
            if bytes[index...].starts(with: wanted) { return index..<(index + wanted.count) }
            index += 1
        }
        return nil
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let start = bytes.drop { $0 == UInt8(ascii: " ") }
        let end = start.lastIndex { $0 != UInt8(ascii: " ") } ?? start.startIndex
        return start.isEmpty ? "" : text(start[...end])
    }
}
