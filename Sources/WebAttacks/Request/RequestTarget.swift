// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Where the parts of a request's target lie.
struct RequestTarget: Sendable {
    struct Parameter: Sendable {
        var name: Range<Int>
        var value: Range<Int>
        /// The piece between two `&`.
        var piece: Range<Int>
    }

    private(set) var path = 0..<0
    private(set) var parameters: [Parameter] = []
    /// Parameters beyond ``parameterLimit``.
    private(set) var surplusParameters = 0

    static let parameterLimit = 64

    init() {
        parameters.reserveCapacity(Self.parameterLimit)
    }

    /// Takes a target apart: path, then `name=value` between `&`.
    mutating func split(_ target: Span<UInt8>, limit: Int) {
        parameters.removeAll(keepingCapacity: true)
        surplusParameters = 0
        let count = min(target.count, limit)
        var start = 0
        if isAbsolute(target, count) { start = authorityEnd(target, count) }
        var at = start
        while at < count, target[at] != UInt8(ascii: "?") { at += 1 }
        path = start..<at
        guard at < count else { return }
        at += 1
        while at < count {
            var end = at
            var equals: Int?
            while end < count, target[end] != UInt8(ascii: "&") {
                if equals == nil, target[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            if end > at { add(at, end, equals) }
            at = end + 1
        }
    }

    private mutating func add(_ start: Int, _ end: Int, _ equals: Int?) {
        guard parameters.count < Self.parameterLimit else {
            surplusParameters += 1
            return
        }
        let name = equals.map { start..<$0 } ?? start..<start
        let value = equals.map { $0 + 1..<end } ?? start..<end
        parameters.append(Parameter(name: name, value: value, piece: start..<end))
    }

    /// `http://host/path`, as proxies and referrers have it.
    private func isAbsolute(_ target: Span<UInt8>, _ count: Int) -> Bool {
        guard count > 8, target[0] | 0x20 == UInt8(ascii: "h"),
            target[3] | 0x20 == UInt8(ascii: "p")
        else { return false }
        let colon = target[4] == UInt8(ascii: ":") ? 4 : 5
        return target[colon] == UInt8(ascii: ":") && target[colon + 1] == UInt8(ascii: "/")
            && target[colon + 2] == UInt8(ascii: "/")
    }

    private func authorityEnd(_ target: Span<UInt8>, _ count: Int) -> Int {
        var at = target[4] == UInt8(ascii: ":") ? 7 : 8
        while at < count, target[at] != UInt8(ascii: "/"), target[at] != UInt8(ascii: "?") {
            at += 1
        }
        return at
    }
}
