// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How containers and the engine are run, for the server; answers are JSON already.
package struct PostureSource: Sendable {
    /// Why the benchmark was not run, in words for the caller.
    package struct Refusal: Error, Sendable {
        package let detail: String

        package init(_ detail: String) {
            self.detail = detail
        }
    }

    /// Every container with its score and findings, and the last run's figures; must not block.
    package let overview: @Sendable () throws -> [UInt8]
    /// One container, by id or name; nil when there is none.
    package let container: @Sendable (_ idOrName: String) throws -> [UInt8]?
    /// The last run of the benchmark, check by check; nil before the first.
    package let audit: @Sendable () throws -> [UInt8]?
    /// Runs the benchmark now; throws ``Refusal``.
    package let run: @Sendable () async throws -> Void

    package init(
        overview: @escaping @Sendable () throws -> [UInt8],
        container: @escaping @Sendable (String) throws -> [UInt8]?,
        audit: @escaping @Sendable () throws -> [UInt8]?,
        run: @escaping @Sendable () async throws -> Void
    ) {
        self.overview = overview
        self.container = container
        self.audit = audit
        self.run = run
    }
}
