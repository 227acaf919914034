using System.Text.Json;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Contracts.Tests;

public sealed class ImportEventJsonTests
{
    [Fact]
    public void An_import_event_says_its_kind_and_is_read_back_as_it()
    {
        ImportEvent read = new ImportRead("i1", 4, 1000, 2);

        var json = JsonSerializer.Serialize(read, ContractsJson.Options);

        json.Should().Contain("\"kind\":\"read\"");
        JsonSerializer.Deserialize<ImportEvent>(json, ContractsJson.Options).Should().Be(read);
    }

    [Fact]
    public void The_kind_is_found_wherever_it_stands_since_dapr_sorts_keys() =>
        JsonSerializer.Deserialize<ImportEvent>("""{"batches":4,"importId":"i1","kind":"read","rejected":2,"rows":1000}""", ContractsJson.Options)
            .Should().Be(new ImportRead("i1", 4, 1000, 2));

    [Fact]
    public void A_corporate_actions_kind_is_written_as_a_word()
    {
        var action = new CorporateAction(CorporateActionKind.Dividend, new DateOnly(2026, 2, 6), 0.26);

        var json = JsonSerializer.Serialize(action, ContractsJson.Options);

        json.Should().Be("""{"kind":"dividend","exDate":"2026-02-06","value":0.26}""");
    }
}
