// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Two are the same when they were written the same.
extension OSMatch: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.source == right.source }

    package func hash(into hasher: inout Hasher) { hasher.combine(source) }
}
