using Npgsql;
using NpgsqlTypes;

namespace StocksDapr.Query.Storage;

/// <summary>Typed positional parameters; null becomes SQL's null of that type.</summary>
internal static class Parameter
{
    public static NpgsqlParameter Text(string? value) => Of(NpgsqlDbType.Text, value);

    public static NpgsqlParameter Texts(string[]? values) => Of(NpgsqlDbType.Array | NpgsqlDbType.Text, values);

    public static NpgsqlParameter Small(short? value) => Of(NpgsqlDbType.Smallint, value);

    public static NpgsqlParameter Smalls(short[]? values) => Of(NpgsqlDbType.Array | NpgsqlDbType.Smallint, values);

    public static NpgsqlParameter Integer(int? value) => Of(NpgsqlDbType.Integer, value);

    public static NpgsqlParameter Long(long? value) => Of(NpgsqlDbType.Bigint, value);

    public static NpgsqlParameter Real(double? value) => Of(NpgsqlDbType.Double, value);

    public static NpgsqlParameter Boolean(bool? value) => Of(NpgsqlDbType.Boolean, value);

    public static NpgsqlParameter Instant(DateTimeOffset? value) => Of(NpgsqlDbType.TimestampTz, value?.UtcDateTime);

    private static NpgsqlParameter Of(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
