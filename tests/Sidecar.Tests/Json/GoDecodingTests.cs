using System.Text;
using System.Text.Json;

namespace StocksDapr.Sidecar.Json;

public sealed class GoDecodingTests
{
    [Theory]
    [InlineData("""{"b": 1, "a": {"z": [1, 2.5], "y": null}}""", """{"a":{"y":null,"z":[1,2.5]},"b":1}""")]
    [InlineData("""{"safe":9007199254740991,"over":9007199254740993,"huge":12345678901234567890,"exp":1e21,"small":1e-7,"point":100.0}""",
        """{"exp":1e+21,"huge":12345678901234567000,"over":9007199254740992,"point":100,"safe":9007199254740991,"small":1e-7}""")]
    [InlineData("""{"s": "é☂<a>& '\"\\"}""", """{"s":"é☂\u003ca\u003e\u0026 '\"\\"}""")]
    [InlineData("""[0.1234567891,1e-7,123456.789012345]""", """[0.1234567891,1e-7,123456.789012345]""")]
    [InlineData("\"text\"", "\"text\"")]
    [InlineData(" null ", "null")]
    [InlineData("{}", "{}")]
    [InlineData("[]", "[]")]
    [InlineData("[[],{},[{}]]", "[[],{},[{}]]")]
    [InlineData("""{"a":[{"y":1,"x":2},3],"A":true}""", """{"A":true,"a":[{"x":2,"y":1},3]}""")]
    public void Values_come_out_as_real_Dapr_stores_them(string json, string expected) => Reencode(json).Should().Be(expected);

    [Fact]
    public void Of_equal_keys_the_last_one_counts() =>
        Reencode("""{"a":1,"b":{"x":1,"x":2},"a":{"n":3},"a":"last"}""").Should().Be("""{"a":"last","b":{"x":2}}""");

    [Fact]
    public void Keys_sort_by_their_bytes_not_by_their_escapes_nor_by_utf16() =>
        Reencode("""{"\uFF5E":1,"\uD83D\uDE00":2,"<":3,"=":4,"\u0000":5}""").Should().Be("{\"\\u0000\":5,\"\\u003c\":3,\"=\":4,\"\uFF5E\":1,\"\U0001F600\":2}");

    [Fact]
    public void Broken_text_becomes_replacement_characters()
    {
        Reencode("""["\uD800","\uDC00x","\uD83Dé"]""").Should().Be("[\"\uFFFD\",\"\uFFFDx\",\"\uFFFDé\"]");
        var broken = "[\"a"u8.ToArray().Append((byte)0xFF).Concat("b\"]"u8.ToArray()).ToArray();
        Encoding.UTF8.GetString(GoDecoding.Reencode(broken)).Should().Be("[\"a\\ufffdb\"]");
    }

    [Fact]
    public void Controls_and_line_separators_are_escaped() =>
        Reencode("""["\b\f\n\r\t\u0001\u001f\u007f\u2028\u2029\/"]""").Should().Be("[\"\\b\\f\\n\\r\\t\\u0001\\u001f\u007f\\u2028\\u2029/\"]");

    [Fact]
    public void What_follows_the_first_value_is_not_looked_at() => Reencode("[1] trailing").Should().Be("[1]");

    [Theory]
    [InlineData("")]
    [InlineData("[1")]
    [InlineData("{\"a\"}")]
    [InlineData("[1,]")]
    [InlineData("1e400")]
    [InlineData("nul")]
    [InlineData("// comment\n1")]
    public void What_Go_cannot_decode_is_refused(string json)
    {
        var act = () => Reencode(json);
        act.Should().Throw<JsonException>();
    }

    [Fact]
    public void Deep_nesting_costs_no_stack_and_ends_where_Go_ends_it()
    {
        var deep = new string('[', 10_000) + new string(']', 10_000);
        Reencode(deep).Should().Be(deep);
        var tooDeep = () => Reencode("[" + deep + "]");
        tooDeep.Should().Throw<JsonException>();
    }

    [Fact]
    public void Text_in_Go_form_stays_as_it_is()
    {
        var random = new Random(4711);
        for (var i = 0; i < 200; i++)
        {
            var once = Reencode(RandomJson(random, depth: 4));
            Reencode(once).Should().Be(once);
        }
    }

    [Theory]
    [InlineData("", "EOF")]
    [InlineData("  \n", "EOF")]
    [InlineData("[{", "unexpected EOF")]
    [InlineData("[\"abc", "unexpected EOF")]
    [InlineData("[1,x]", "invalid character 'x' looking for beginning of value")]
    [InlineData("[1] x", "other")]
    public void An_end_that_comes_too_early_is_named_as_Go_names_it(string json, string expected)
    {
        var body = Encoding.UTF8.GetBytes(json);
        GoDecoding.Explain(body, new JsonException("other")).Should().Be(expected);
    }

    [Theory]
    [InlineData("\"a\\nb\\u003c\"", "a\nb<")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData("null", "null")]
    [InlineData("\"", "\"")]
    public void Binding_data_loses_its_quotes_only_when_it_is_text(string data, string expected) =>
        Encoding.UTF8.GetString(GoDecoding.Unquote(Encoding.UTF8.GetBytes(data))).Should().Be(expected);

    private static string Reencode(string json) => Encoding.UTF8.GetString(GoDecoding.Reencode(Encoding.UTF8.GetBytes(json)));

    private static string RandomJson(Random random, int depth) => random.Next(depth > 0 ? 6 : 4) switch
    {
        0 => random.Next(-1000, 1000).ToString(),
        1 => (random.NextDouble() * Math.Pow(10, random.Next(-12, 25))).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        2 => JsonSerializer.Serialize(string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => (char)random.Next(1, 0x2100)))),
        3 => random.Next(2) == 0 ? "true" : "null",
        4 => "[" + string.Join(",", Enumerable.Range(0, random.Next(4)).Select(_ => RandomJson(random, depth - 1))) + "]",
        _ => "{" + string.Join(",", Enumerable.Range(0, random.Next(5)).Select(_ => $"\"k{random.Next(4)}\": {RandomJson(random, depth - 1)}")) + "}",
    };
}
