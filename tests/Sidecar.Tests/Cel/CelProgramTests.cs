using System.Text.Json;

namespace StocksDapr.Sidecar.Cel;

public sealed class CelProgramTests
{
    private const string Event = """
        {"type":"order.new","source":"shop","data":{"n":11,"price":1.5,"kind":"a","items":[1,2,3],"tags":["x","y"],"flag":true,"empty":"","nothing":null,
         "nested":{"a-b":"c"}}}
        """;

    [Theory]
    [InlineData("event.type == \"order.new\"", true)]
    [InlineData("event.type != 'order.new'", false)]
    [InlineData("event.data.n > 10 && event.data.n <= 11", true)]
    [InlineData("event.data.n == 11", true)]
    [InlineData("event.data.price < 2", true)]
    [InlineData("event.data.kind in [\"a\", \"b\"]", true)]
    [InlineData("'nested' in event.data", true)]
    [InlineData("!(event.data.kind in ['z'])", true)]
    [InlineData("has(event.data.kind) && !has(event.data.missing)", true)]
    [InlineData("has(event.data.missing) || event.data.flag", true)]
    [InlineData("event.data.missing == 1 || true", true)]
    [InlineData("false && event.data.missing == 1", false)]
    [InlineData("event.data.missing == 1 && false", false)]
    [InlineData("event.type.startsWith('order.') && event.type.endsWith(\"new\") && event.type.contains('er.n')", true)]
    [InlineData("event.type.matches('^order[.][a-z]+$')", true)]
    [InlineData("matches(event.type, r'^\\w+\\.\\w+$')", true)]
    [InlineData("size(event.data.items) == 3 && event.data.tags.size() == 2 && size('äöü') == 3", true)]
    [InlineData("event.data.items[1] == 2 && event.data['kind'] == 'a' && event.data.nested['a-b'] == 'c'", true)]
    [InlineData("event.data.flag ? event.data.n > 5 : false", true)]
    [InlineData("1 + 2 * 3 == 7 && 7 / 2 == 3 && 7 % 4 == 3 && -3 + 3 == 0", true)]
    [InlineData("'a' + 'b' == 'ab' && [1] + [2] == [1, 2]", true)]
    [InlineData("event.data.tags.exists(t, t == 'y') && event.data.items.all(i, i > 0)", true)]
    [InlineData("event.data.items.exists_one(i, i == 2) && event.data.items.filter(i, i > 1).size() == 2", true)]
    [InlineData("event.data.items.map(i, i * 2.0) == [2.0, 4.0, 6.0]", true)]
    [InlineData("event.data.nothing == null", true)]
    [InlineData("int(event.data.n) % 2 == 1 && string(1) == '1' && double('1.5') == 1.5", true)]
    [InlineData("{'a': 1}['a'] == 1 // a comment", true)]
    [InlineData("\"\\u00e9\\n\" == 'é\\n' && '''a'b''' == \"a'b\"", true)]
    public void An_expression_has_its_value(string source, bool expected) => Evaluate(source).Should().Be(expected);

    [Theory]
    [InlineData("event.data.missing > 10")]
    [InlineData("event.data.kind > 10")]
    [InlineData("event.data.items[7] == 1")]
    [InlineData("event.type.missing == 1")]
    [InlineData("1 / 0 == 1")]
    [InlineData("9223372036854775807 + 1 == 0")]
    [InlineData("!event.data.kind")]
    [InlineData("event.data.kind ? true : false")]
    [InlineData("event.type.matches('(')")]
    public void What_does_not_fit_is_an_error(string source) => ((Func<object?>)(() => Evaluate(source))).Should().Throw<CelException>();

    [Theory]
    [InlineData("event.type = 'x'")]
    [InlineData("event.type ==")]
    [InlineData("(event.type == 'x'")]
    [InlineData("evnt.type == 'x'")]
    [InlineData("event.type == 'x")]
    [InlineData("nofunction(event)")]
    [InlineData("has(event)")]
    [InlineData("event..type")]
    [InlineData("")]
    [InlineData("# nonsense")]
    public void What_is_not_valid_is_refused_when_it_is_read(string source) => ((Action)(() => CelProgram.Compile(source, "event"))).Should().Throw<CelException>();

    [Fact]
    public void Deep_nesting_is_refused_instead_of_ending_the_process() =>
        ((Action)(() => CelProgram.Compile(new string('(', 100_000) + "true" + new string(')', 100_000), "event"))).Should().Throw<CelException>();

    private static object? Evaluate(string source)
    {
        using var json = JsonDocument.Parse(Event);
        return CelProgram.Compile(source, "event").Evaluate(CelVariables.Of("event", CelJson.ToCel(json.RootElement)));
    }
}
