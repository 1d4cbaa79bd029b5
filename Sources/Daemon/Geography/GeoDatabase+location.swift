// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CMaxMindDB
package import Outputs

extension GeoDatabase {
    /// Where an address is, as Wazuh's documents in an index have it; nil when nothing is known.
    ///
    /// `{"country_name","region_name","city_name","location":{"lat","lon"}}`, each only when it
    /// is known. Source: around-the-engine.md §7.4.
    package func location(of address: String) -> JSONTree? {
        guard var entry = entry(of: address) else { return nil }
        var members: [JSONTree.Member] = []
        func add(_ name: String, _ text: [UInt8]?) {
            guard let text, !text.isEmpty else { return }
            members.append(JSONTree.Member(name, .string(String(decoding: text, as: UTF8.self))))
        }
        add("country_name", text(&entry, "country", "names", "en"))
        add("region_name", text(&entry, "subdivisions", "0", "names", "en"))
        add("city_name", text(&entry, "city", "names", "en"))
        if let latitude = number(&entry, "latitude"), let longitude = number(&entry, "longitude") {
            let place: JSONTree = ["lat": .number("\(latitude)"), "lon": .number("\(longitude)")]
            members.append(JSONTree.Member("location", place))
        }
        return members.isEmpty ? nil : .object(members)
    }

    /// A coordinate in degrees; nil when there is none, or it is no place on earth.
    private func number(_ entry: inout MMDB_entry_s, _ name: String) -> Double? {
        var value = MMDB_entry_data_s()
        guard jaga_mmdb_value(&entry, &value, "location", name, nil, nil) == MMDB_SUCCESS,
            value.has_data, value.type == UInt32(MMDB_DATA_TYPE_DOUBLE),
            value.double_value.magnitude <= (name == "latitude" ? 90 : 180)
        else { return nil }
        return value.double_value
    }
}
