using System.Collections;
using Npgsql;
using NpgsqlTypes;

namespace StocksDapr.Writer.Storage;

/// <summary>Whole columns as array parameters: one statement with <c>unnest</c> writes any number of rows.</summary>
internal static class Columns
{
    public static NpgsqlParameter Integers(IList values) => Of(values, NpgsqlDbType.Integer);

    public static NpgsqlParameter Smallints(IList values) => Of(values, NpgsqlDbType.Smallint);

    public static NpgsqlParameter Bigints(IList values) => Of(values, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Doubles(IList values) => Of(values, NpgsqlDbType.Double);

    public static NpgsqlParameter Reals(IList values) => Of(values, NpgsqlDbType.Real);

    public static NpgsqlParameter Booleans(IList values) => Of(values, NpgsqlDbType.Boolean);

    public static NpgsqlParameter Texts(IList values) => Of(values, NpgsqlDbType.Text);

    /// <summary>Instants as <see cref="PgTime"/>, that is <see cref="long"/> or <c>long?</c>.</summary>
    public static NpgsqlParameter Instants(IList values) => Of(values, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter Dates(IList values) => Of(values, NpgsqlDbType.Date);

    public static NpgsqlParameter Json(IList values) => Of(values, NpgsqlDbType.Jsonb);

    private static NpgsqlParameter Of(IList values, NpgsqlDbType type) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
    }
}
