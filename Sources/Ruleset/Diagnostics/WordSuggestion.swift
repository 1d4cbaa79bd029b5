// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Finds the word that a user may have meant.
enum WordSuggestion {
    /// A hint such as `did you mean "match"?`, or empty when nothing is near.
    static func hint(for word: String, among known: [String]) -> String {
        let typed = Array(word.lowercased().utf8)
        let limit = typed.count < 4 ? 1 : 2
        var best: (word: String, distance: Int)?
        for candidate in known where abs(candidate.utf8.count - typed.count) <= limit {
            let distance = editDistance(typed, Array(candidate.utf8))
            if distance <= limit, distance < best?.distance ?? Int.max {
                best = (candidate, distance)
            }
        }
        return best.map { "did you mean \"\($0.word)\"?" } ?? ""
    }

    /// Insertions, deletions, replacements and swaps of neighbours that make one
    /// word the other.
    ///
    /// - Complexity: O(product of the lengths)
    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let cost = left[row] == right[column] ? 0 : 1
                var distance = min(
                    last[column] + cost,
                    last[column + 1] + 1,
                    current[column] + 1
                )
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    distance = min(distance, beforeLast[column - 1] + 1)
                }
                current.append(distance)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
