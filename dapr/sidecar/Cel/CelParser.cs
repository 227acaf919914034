namespace StocksDapr.Sidecar.Cel;

/// <summary>Parses an expression; checks that its variables and functions exist.</summary>
internal sealed class CelParser(string source, IReadOnlyCollection<string> variables)
{
    private const int MaxNesting = 250;
    private static readonly string[] Relations = ["==", "!=", "<", "<=", ">", ">=", "in"];

    private readonly List<CelToken> _tokens = new CelLexer(source).ReadAll();
    private readonly HashSet<string> _known = [.. variables];
    private int _at;
    private int _nesting;

    private CelToken Current => _tokens[_at];

    public CelNode Parse()
    {
        var node = Expression();
        return Current.Kind == CelTokenKind.End ? node : throw Unexpected();
    }

    private CelNode Expression()
    {
        if (++_nesting > MaxNesting) throw new CelException($"the expression is nested too deeply: {source}");
        var condition = Or();
        if (Take("?"))
        {
            var then = Or();
            Expect(":");
            condition = new CelConditional(condition, then, Expression());
        }

        _nesting--;
        return condition;
    }

    private CelNode Or()
    {
        var left = And();
        while (Take("||")) left = new CelLogical(left, And(), decides: true);
        return left;
    }

    private CelNode And()
    {
        var left = Relation();
        while (Take("&&")) left = new CelLogical(left, Relation(), decides: false);
        return left;
    }

    private CelNode Relation()
    {
        var left = Sum();
        while (Relations.Contains(Current.Text) && Current.Kind is CelTokenKind.Symbol or CelTokenKind.Identifier)
        {
            var relation = Next().Text;
            left = new CelBinary(relation, left, Sum());
        }

        return left;
    }

    private CelNode Sum()
    {
        var left = Product();
        while (Current is { Kind: CelTokenKind.Symbol, Text: "+" or "-" }) left = new CelBinary(Next().Text, left, Product());
        return left;
    }

    private CelNode Product()
    {
        var left = Unary();
        while (Current is { Kind: CelTokenKind.Symbol, Text: "*" or "/" or "%" }) left = new CelBinary(Next().Text, left, Unary());
        return left;
    }

    private CelNode Unary()
    {
        if (++_nesting > MaxNesting) throw new CelException($"the expression is nested too deeply: {source}");
        CelNode node;
        if (Take("!")) node = new CelNot(Unary());
        else if (Take("-")) node = new CelNegation(Unary());
        else node = Member();
        _nesting--;
        return node;
    }

    private CelNode Member()
    {
        var node = Primary();
        while (true)
        {
            if (Take("."))
            {
                var name = Identifier();
                node = Take("(") ? MemberCall(node, name) : new CelSelect(node, name);
            }
            else if (Take("["))
            {
                node = new CelIndex(node, Expression());
                Expect("]");
            }
            else
            {
                return node;
            }
        }
    }

    private CelNode Primary()
    {
        if (Current.Kind == CelTokenKind.Literal) return new CelLiteral(Next().Value);
        if (Take("("))
        {
            var inner = Expression();
            Expect(")");
            return inner;
        }

        if (Take("[")) return new CelList(Items("]"));
        if (Take("{")) return Map();
        var name = Identifier();
        if (Take("(")) return Call(name);
        return _known.Contains(name) ? new CelVariable(name) : throw new CelException($"undeclared reference to '{name}': {source}");
    }

    private CelNode Call(string name)
    {
        var arguments = Items(")");
        if (name != "has") return CelCall.Create(name, arguments, source);
        return arguments is [CelSelect selection]
            ? new CelHas(selection)
            : throw new CelException($"has() takes a field, for example has(event.data.kind): {source}");
    }

    private CelNode MemberCall(CelNode target, string name)
    {
        if (!CelComprehension.IsMacro(name)) return CelCall.Create(name, [target, .. Items(")")], source);
        var variable = Identifier();
        Expect(",");
        var isNew = _known.Add(variable);
        var body = Expression();
        Expect(")");
        if (isNew) _known.Remove(variable);
        return new CelComprehension(name, target, variable, body);
    }

    private CelMap Map()
    {
        var entries = new List<(CelNode Key, CelNode Value)>();
        while (!Take("}"))
        {
            var key = Expression();
            Expect(":");
            entries.Add((key, Expression()));
            if (Take(",")) continue;
            Expect("}");
            break;
        }

        return new CelMap(entries);
    }

    private List<CelNode> Items(string end)
    {
        var items = new List<CelNode>();
        while (!Take(end))
        {
            items.Add(Expression());
            if (Take(",")) continue;
            Expect(end);
            break;
        }

        return items;
    }

    private string Identifier() => Current.Kind == CelTokenKind.Identifier ? Next().Text : throw Unexpected();

    private bool Take(string symbol)
    {
        if (Current.Kind != CelTokenKind.Symbol || Current.Text != symbol) return false;
        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol)) throw Unexpected();
    }

    private CelToken Next() => _tokens[_at++];

    private CelException Unexpected() => new($"'{Current.Text}' is not expected at {Current.Position}: {source}");
}
