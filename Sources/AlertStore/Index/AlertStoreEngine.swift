// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The engines that can keep alerts searchable, as `--store` names them.
///
/// An external one implements ``AlertIndex`` and gets a case here; queries are
/// values, so nothing outside of this target changes.
package enum AlertStoreEngine: String, Sendable, CaseIterable {
    case sqlite

    /// The index of this engine over what its indexer wrote.
    ///
    /// - Parameters:
    ///   - configuration: Where the record and the index are.
    ///   - damaged: See ``SQLiteAlertIndex/init(_:damaged:)``.
    /// - Returns: It opens files when it is asked something.
    package func index(
        _ configuration: SQLiteAlertIndex.Configuration,
        damaged: @escaping @Sendable (String) -> Void
    ) -> any AlertIndex {
        switch self {
        case .sqlite: SQLiteAlertIndex(configuration, damaged: damaged)
        }
    }
}
