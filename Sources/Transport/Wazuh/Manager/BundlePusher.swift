// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A shared file on its way to one agent, message by message.
///
/// Source: around-the-engine.md §5.9.
struct BundlePusher {
    /// The same file is not sent again before.
    private static let pause = TimeAmount.seconds(60)

    private enum Step {
        case start, bytes(offset: Int)
    }

    private var current: (bundle: SharedBundle, step: Step)?
    private var last: (digest: String, time: NIODeadline)?

    /// Starts with a file; false while one is being sent, and when this one was
    /// just sent.
    mutating func begin(_ bundle: SharedBundle, at time: NIODeadline) -> Bool {
        guard current == nil else { return false }
        if let last, last.digest == bundle.digest, time - last.time < Self.pause { return false }
        last = (bundle.digest, time)
        current = (bundle, .start)
        return true
    }

    /// The next message; nil when there is none.
    mutating func next() -> ManagerMessage? {
        guard let (bundle, step) = current else { return nil }
        switch step {
        case .start:
            current = (bundle, .bytes(offset: 0))
            return .fileStart(digest: bundle.digest, name: SharedBundle.name)
        case .bytes(let offset):
            let chunk = bundle.chunk(from: offset)
            guard !chunk.isEmpty else {
                current = nil
                return .fileEnd
            }
            current = (bundle, .bytes(offset: offset + chunk.count))
            return .fileBytes(chunk)
        }
    }
}
