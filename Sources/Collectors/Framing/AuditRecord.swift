// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A line of Linux's audit log.
///
/// ```
/// type=SYSCALL msg=audit(1511796520.023:9): arch=c000003e syscall=2 …
/// ```
enum AuditRecord {
    /// Where the text between `msg=audit(` and `)` lies, by which lines of one
    /// event are known; nil when there is none.
    static func identifier(in line: Span<UInt8>) -> Range<Int>? {
        let mark: StaticString = "msg=audit("
        let length = mark.utf8CodeUnitCount
        guard line.count > length else { return nil }
        let start = (0..<(line.count - length)).first {
            line.holds(mark, at: $0..<($0 + length))
        }
        guard let start = start.map({ $0 + length }) else { return nil }
        for index in start..<line.count where line[index] == UInt8(ascii: ")") {
            return start..<index
        }
        return nil
    }
}
