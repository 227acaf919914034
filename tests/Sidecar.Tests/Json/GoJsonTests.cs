using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace StocksDapr.Sidecar.Json;

public sealed class GoJsonTests
{
    [Theory]
    [InlineData("""{"b":1,"a":2}""", """{"a":2,"b":1}""")]
    [InlineData(""" { "a" : [ 1 , 2.50 , -1e+10 ] } """, """{"a":[1,2.50,-1e+10]}""")]
    [InlineData("""{"a":1,"b":{"z":1,"y":{"d":1,"c":2}},"a":3}""", """{"a":3,"b":{"y":{"c":2,"d":1},"z":1}}""")]
    [InlineData("""[{"b":1,"a":1},{"d":{},"c":[]}]""", """[{"a":1,"b":1},{"c":[],"d":{}}]""")]
    [InlineData("\"<a> & 'b'\"", "\"\\u003ca\\u003e \\u0026 'b'\"")]
    [InlineData("\"\\u00e9\\/\\u2028\\ud83d\\ude00\\ud800x\"", "\"é/\\u2028😀\uFFFDx\"")]
    [InlineData("\"tab\\tnew\\nline\\b\\f\\r\\u0001\"", "\"tab\\tnew\\nline\\b\\f\\r\\u0001\"")]
    [InlineData("42 garbage", "42")]
    [InlineData("12345678901234567890.123456789", "12345678901234567890.123456789")]
    [InlineData("null", "null")]
    public void The_first_value_is_written_as_Go_writes_it(string json, string expected) => Rewrite(json).Should().Be(expected);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{not json")]
    [InlineData("[1,]")]
    [InlineData("nul")]
    public void What_is_no_JSON_is_refused_and_leaves_nothing_behind(string json)
    {
        using var output = new PooledBuffer();

        GoJson.TryWriteFirstValue(Encoding.UTF8.GetBytes(json), output).Should().BeFalse();
        output.Length.Should().Be(0);
    }

    [Fact]
    public void Broken_UTF8_becomes_replacement_characters()
    {
        using var output = new PooledBuffer();

        GoJson.WriteString([(byte)'a', 0xFF, 0xC3, (byte)'b'], output);

        Encoding.UTF8.GetString(output.Written).Should().Be("\"a\\ufffd\\ufffdb\"");
    }

    [Fact]
    public void Any_document_keeps_its_meaning_and_is_settled_after_one_rewrite()
    {
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var json = Any(random, 4)?.ToJsonString() ?? "null";
            var once = Rewrite(json);

            JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(once)).Should().BeTrue(json);
            Rewrite(once).Should().Be(once);
        }
    }

    [Fact]
    public void Ten_thousand_levels_of_nesting_are_no_problem_and_more_are_refused()
    {
        Rewrite(new string('[', 9_999) + new string(']', 9_999)).Should().HaveLength(19_998);
        using var output = new PooledBuffer();
        GoJson.TryWriteFirstValue(Encoding.UTF8.GetBytes(new string('[', 10_002) + new string(']', 10_002)), output).Should().BeFalse();
    }

    [Fact]
    public void Many_small_objects_out_of_order_cost_time_in_proportion()
    {
        var json = Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Repeat("""{"open":1.5,"close":2.25,"high":3}""", 100_000)) + "]");
        using var output = new PooledBuffer(json.Length);
        var clock = Stopwatch.StartNew();

        GoJson.TryWriteFirstValue(json, output).Should().BeTrue();

        output.Length.Should().Be(json.Length);
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5), "a copy of the whole for each object would take minutes");
    }

    [Fact]
    public void A_large_object_in_reverse_order_is_sorted_in_proportion()
    {
        var names = Enumerable.Range(0, 200_000).Select(n => $"k{n:000000}").ToArray();
        var json = "{" + string.Join(',', names.Reverse().Select(name => $"\"{name}\":1")) + "}";
        var clock = Stopwatch.StartNew();

        Rewrite(json).Should().Be("{" + string.Join(',', names.Select(name => $"\"{name}\":1")) + "}");
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("", "EOF")]
    [InlineData("  ", "EOF")]
    [InlineData("[{", "unexpected EOF")]
    [InlineData("{broken", "invalid character 'b' looking for beginning of object key string")]
    [InlineData("{\"a\" 1}", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("[tru]", "invalid character ']' in literal true (expecting 'e')")]
    [InlineData("\"a\\q\"", "invalid character 'q' in string escape code")]
    [InlineData("-x", "invalid character 'x' in numeric literal")]
    [InlineData("@", "invalid character '@' looking for beginning of value")]
    public void Errors_have_the_words_of_Go(string json, string expected) => GoJsonError.Describe(Encoding.UTF8.GetBytes(json)).Should().Be(expected);

    private static string Rewrite(string json)
    {
        using var output = new PooledBuffer();
        GoJson.TryWriteFirstValue(Encoding.UTF8.GetBytes(json), output).Should().BeTrue();
        return Encoding.UTF8.GetString(output.Written);
    }

    private static JsonNode? Any(Random random, int depth)
    {
        switch (random.Next(depth > 0 ? 7 : 5))
        {
            case 0: return null;
            case 1: return random.Next(2) == 0;
            case 2: return random.NextInt64();
            case 3: return random.NextDouble() * Math.Pow(10, random.Next(-20, 20));
            case 4: return Word(random);
            case 5: return new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => Any(random, depth - 1))]);
            default:
                var members = new JsonObject();
                for (var i = random.Next(6); i > 0; i--) members[Word(random)] = Any(random, depth - 1);
                return members;
        }
    }

    private static string Word(Random random) => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => "ab<>&\"\\\n\té€😀\u2028"[random.Next(11)]));
}
