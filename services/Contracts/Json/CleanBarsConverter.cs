using System.Text.Json;
using System.Text.Json.Serialization;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Contracts.Json;

/// <summary>Reads and writes <see cref="CleanBars"/> without an intermediate form: it is on the hot path of every bar.</summary>
internal sealed class CleanBarsConverter : JsonConverter<CleanBars>
{
    public override CleanBars Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var head = new BatchHead();
        List<Bar> bars = [];
        List<QuarantinedBar> quarantined = [];
        List<Finding> findings = [];
        var repeated = 0;
        BatchHead.EnsureObject(ref reader);
        while (head.NextProperty(ref reader, options))
        {
            if (reader.ValueTextEquals("bars"u8))
            {
                reader.Advance();
                ReadArray(ref reader, bars, static (ref Utf8JsonReader r) => BarArray.Read(ref r));
            }
            else if (reader.ValueTextEquals("quarantined"u8))
            {
                reader.Advance();
                ReadArray(ref reader, quarantined, ReadQuarantined);
            }
            else if (reader.ValueTextEquals("findings"u8))
            {
                reader.Advance();
                ReadArray(ref reader, findings, ReadFinding);
            }
            else if (reader.ValueTextEquals("repeated"u8))
            {
                reader.Advance();
                repeated = reader.GetInt32();
            }
            else
            {
                reader.Advance();
                reader.Skip();
            }
        }

        head.Check(CleanBars.Schema);
        return new CleanBars(head.Symbol!, head.Interval!, head.Provenance!, bars, quarantined, findings) { Repeated = repeated };
    }

    public override void Write(Utf8JsonWriter writer, CleanBars value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        BatchHead.Write(writer, CleanBars.Schema, value.Symbol, value.Interval, value.Provenance, options);
        BarArray.WriteAll(writer, value.Bars, value.Interval);
        if (value.Quarantined.Count > 0)
        {
            writer.WriteStartArray("quarantined"u8);
            foreach (var item in value.Quarantined)
            {
                writer.WriteStartObject();
                writer.WriteString("rule"u8, item.Rule);
                writer.WriteString("detail"u8, item.Detail);
                writer.WritePropertyName("bar"u8);
                BarArray.Write(writer, item.Bar, value.Interval);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (value.Findings.Count > 0)
        {
            writer.WriteStartArray("findings"u8);
            foreach (var finding in value.Findings)
            {
                writer.WriteStartObject();
                writer.WriteString("rule"u8, finding.Rule);
                if (finding.Start is { } start)
                {
                    writer.WritePropertyName("start"u8);
                    BarArray.WriteTime(writer, start, value.Interval);
                }

                writer.WriteString("detail"u8, finding.Detail);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (value.Repeated > 0)
            writer.WriteNumber("repeated"u8, value.Repeated);
        writer.WriteEndObject();
    }

    private delegate T ReadItem<T>(ref Utf8JsonReader reader);

    private static void ReadArray<T>(ref Utf8JsonReader reader, List<T> items, ReadItem<T> readItem)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("'bars', 'quarantined' and 'findings' are arrays.");

        while (true)
        {
            reader.Advance();
            if (reader.TokenType == JsonTokenType.EndArray)
                return;
            items.Add(readItem(ref reader));
        }
    }

    private static QuarantinedBar ReadQuarantined(ref Utf8JsonReader reader)
    {
        string? rule = null, detail = null;
        RawBar? bar = null;
        BatchHead.EnsureObject(ref reader);
        while (BatchHead.NextName(ref reader))
        {
            if (reader.ValueTextEquals("rule"u8))
            {
                reader.Advance();
                rule = reader.GetString();
            }
            else if (reader.ValueTextEquals("detail"u8))
            {
                reader.Advance();
                detail = reader.GetString();
            }
            else if (reader.ValueTextEquals("bar"u8))
            {
                reader.Advance();
                bar = BarArray.ReadRaw(ref reader);
            }
            else
            {
                reader.Advance();
                reader.Skip();
            }
        }

        return rule is not null && bar is not null
            ? new QuarantinedBar(rule, detail ?? "", bar.Value)
            : throw new JsonException("A quarantined bar has a rule and a bar.");
    }

    private static Finding ReadFinding(ref Utf8JsonReader reader)
    {
        string? rule = null, detail = null;
        DateTimeOffset? start = null;
        BatchHead.EnsureObject(ref reader);
        while (BatchHead.NextName(ref reader))
        {
            if (reader.ValueTextEquals("rule"u8))
            {
                reader.Advance();
                rule = reader.GetString();
            }
            else if (reader.ValueTextEquals("detail"u8))
            {
                reader.Advance();
                detail = reader.GetString();
            }
            else if (reader.ValueTextEquals("start"u8))
            {
                reader.Advance();
                start = BarArray.ReadTime(ref reader);
            }
            else
            {
                reader.Advance();
                reader.Skip();
            }
        }

        return new Finding(rule ?? throw new JsonException("A finding has a rule."), start, detail ?? "");
    }
}
