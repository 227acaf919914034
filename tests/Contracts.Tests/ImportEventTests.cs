using System.Text.Json;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Contracts;

public sealed class ImportEventTests
{
    [Fact]
    public void An_event_is_understood_with_its_keys_sorted_as_a_sidecar_passes_it_on()
    {
        const string sorted = """{"batches":3,"importId":"i1","kind":"read","rejected":2,"rows":10}""";

        JsonSerializer.Deserialize<ImportEvent>(sorted, ContractsJson.Options).Should().Be(new ImportRead("i1", 3, 10, 2));
    }
}
