using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace StocksDapr.Sdk.Surface;

/// <summary>Writes the public types of an assembly as text: a line per type and per member that a user can name, in a fixed order.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly) =>
        assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(Of);

    private static IEnumerable<string> Of(Type type) =>
        new[] { Heading(type) }.Concat(type.GetMembers(Declared).Select(Line).OfType<string>().Order(StringComparer.Ordinal).Select(line => $"  {line}"));

    private static string Heading(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var bases = new[] { type.BaseType }.OfType<Type>()
            .Where(parent => parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
            .Concat(type.IsEnum ? [] : type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(i => i.IsPublic).OrderBy(i => i.Name, StringComparer.Ordinal))
            .Select(Name).ToList();
        return $"{kind} {type.Namespace}.{Name(type)}{(bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}")}";
    }

    private static string? Line(MemberInfo member) => member switch
    {
        ConstructorInfo constructor when IsVisible(constructor) => $"{Access(constructor)}new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: false } method when IsVisible(method) && method.GetBaseDefinition() == method => Method(method),
        PropertyInfo property when IsVisible(property.GetMethod) => $"{Access(property.GetMethod!)}{Name(property.PropertyType)} {property.Name} {{ get;{Setter(property)} }}",
        FieldInfo { IsPublic: true, IsLiteral: true, DeclaringType.IsEnum: true } value => $"{value.Name} = {Convert.ToInt32(value.GetRawConstantValue(), CultureInfo.InvariantCulture)}",
        FieldInfo { IsPublic: true, IsSpecialName: false } field => $"field {Name(field.FieldType)} {field.Name}",
        _ => null,
    };

    private static string Method(MethodInfo method)
    {
        var text = new StringBuilder(Access(method));
        if (method.IsStatic) text.Append("static ");
        else if (method.IsAbstract && !method.DeclaringType!.IsInterface) text.Append("abstract ");
        text.Append(Name(method.ReturnType)).Append(' ').Append(method.Name);
        if (method.IsGenericMethod) text.Append('<').AppendJoin(", ", method.GetGenericArguments().Select(Name)).Append('>');
        text.Append('(').Append(Parameters(method)).Append(')');
        // The names of a tuple's elements are a part of what callers write.
        if (method.ReturnParameter.GetCustomAttribute<TupleElementNamesAttribute>() is { } tuple)
        {
            text.Append(" -> (").AppendJoin(", ", tuple.TransformNames.Select(name => name ?? "_")).Append(')');
        }

        if (method.GetCustomAttribute<ExperimentalAttribute>() is { } experimental) text.Insert(0, $"[Experimental {experimental.DiagnosticId}] ");
        return method.GetCustomAttribute<ObsoleteAttribute>() is null ? text.ToString() : $"[Obsolete] {text}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select((parameter, i) =>
    {
        var extended = i == 0 && method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        var fallback = parameter.HasDefaultValue ? $" = {Constant(parameter)}" : "";
        return $"{extended}{Name(parameter.ParameterType)} {parameter.Name}{fallback}";
    }));

    private static string Constant(ParameterInfo parameter) => parameter.RawDefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
        string text => $"\"{text}\"",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Setter(PropertyInfo property)
    {
        if (!IsVisible(property.SetMethod)) return "";
        var init = property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
        return init ? " init;" : " set;";
    }

    private static bool IsVisible(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Name(Type type)
    {
        if (type.IsArray) return $"{Name(type.GetElementType()!)}[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying) return $"{Name(underlying)}?";
        if (!type.IsGenericType) return type == typeof(void) ? "void" : type.Name;
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
