package dev.azwg.deploy.policy;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import java.util.Optional;

/**
 * The type of {@code request} in an admission policy: AdmissionRequest (admission.k8s.io/v1)
 * without {@code uid}, {@code object} and {@code oldObject}. A member that it does not have is an
 * error when the policy is made, in the API server as here.
 */
final class RequestTypes implements CelTypeProvider {
  static final StructType REQUEST;

  private static final ImmutableList<CelType> TYPES;

  static {
    CelType text = SimpleType.STRING;
    StructType kind =
        struct("GroupVersionKind", ImmutableMap.of("group", text, "version", text, "kind", text));
    StructType resource =
        struct(
            "GroupVersionResource",
            ImmutableMap.of("group", text, "version", text, "resource", text));
    StructType user =
        struct(
            "UserInfo",
            ImmutableMap.of(
                "username",
                text,
                "uid",
                text,
                "groups",
                ListType.create(text),
                "extra",
                MapType.create(text, ListType.create(text))));
    REQUEST =
        struct(
            "AdmissionRequest",
            ImmutableMap.<String, CelType>builder()
                .put("kind", kind)
                .put("resource", resource)
                .put("subResource", text)
                .put("requestKind", kind)
                .put("requestResource", resource)
                .put("requestSubResource", text)
                .put("name", text)
                .put("namespace", text)
                .put("operation", text)
                .put("userInfo", user)
                .put("dryRun", SimpleType.BOOL)
                .put("options", SimpleType.DYN)
                .buildOrThrow());
    TYPES = ImmutableList.of(kind, resource, user, REQUEST);
  }

  private static StructType struct(String name, ImmutableMap<String, CelType> fields) {
    return StructType.create(
        "kubernetes." + name,
        ImmutableSet.copyOf(fields.keySet()),
        field -> Optional.ofNullable(fields.get(field)));
  }

  @Override
  public ImmutableCollection<CelType> types() {
    return TYPES;
  }

  @Override
  public Optional<CelType> findType(String typeName) {
    return TYPES.stream().filter(type -> type.name().equals(typeName)).findFirst();
  }
}
